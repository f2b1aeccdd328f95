"""Runs in a real MLflow store: once each, whole, aliases that follow the promotions; and trackers that are away."""

import contextlib
import json
import logging
import socket
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from melanoma.config.tracking import TrackingConfig
from melanoma.errors import TrackingError
from melanoma.fingerprint import digest_file
from melanoma.registry.entry import Draft
from melanoma.registry.ledger import append_entry, read_ledger
from melanoma.runs import RunFolder, read_run
from melanoma.tracking import log_run as log_run_module
from melanoma.tracking.content import read_content
from melanoma.tracking.log_run import log_run
from melanoma.tracking.model_registry import follow_promotions
from melanoma.tracking.place import TrackingPlace, choose_place
from melanoma.tracking.store import open_store
from tasks import track
from tests.integration.mlflow_server import running_mlflow
from tests.tracked_home import make_run

pytestmark = [
    pytest.mark.xdist_group("mlflow"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:mlflow"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning"),  # MLflow's tables
]
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
RUNS = {name: f"2026010{n}-000000-{name * 8}" for n, name in enumerate("abc")}
# A process that no network can be left by and that knows of no continuous integration, where MLflow does not report.
OFFLINE = """
import json, os, socket
called = []
def refuse(self, address):
    called.append(str(address))
    raise ConnectionRefusedError("no network")
socket.socket.connect = socket.socket.connect_ex = refuse
for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "TF_BUILD", "CIRCLECI", "TRAVIS", "BUILDKITE"):
    os.environ.pop(name, None)
"""
TRACKED = """
from flows.command_line import app
app(["track", "--json"], standalone_mode=False)
"""
TOLD = """
import mlflow
from mlflow.telemetry import get_telemetry_client
print(json.dumps({"called": called, "reports": get_telemetry_client() is not None}), flush=True)
os._exit(0)
"""


def _make_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("tracked")
    for name, run_id in RUNS.items():
        make_run(home, run_id, weights=name, data=f"/images/{name}")
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with three runs."""
    return _make_home(tmp_path_factory)


@pytest.fixture(scope="module", params=["file", "server"])
def store(request, tmp_path_factory):
    """A home with three runs, and where MLflow keeps them; its tables take long to be made."""
    home = _make_home(tmp_path_factory)
    if request.param == "file":
        yield home, choose_place(None, home, "melanoma")
        return
    with running_mlflow(tmp_path_factory.mktemp("mlflow")) as uri:
        yield home, choose_place(uri, home, "melanoma")


def _content(home, name):
    return read_content(RunFolder(home, RUNS[name]))


def _files(client, run_id):
    return {entry.path for folder in (None, "model") for entry in client.list_artifacts(run_id, folder)}


def test_a_run_is_there_whole(store):
    home, place = store
    content = _content(home, "a")
    logged = log_run(place, content, NOON)
    assert not logged.reused
    with open_store(place) as client:
        run = client.get_run(logged.run_id)
        assert client.get_experiment(run.info.experiment_id).name == "a"
        assert (run.info.status, run.info.run_name) == ("FINISHED", RUNS["a"])
        assert run.data.params == content.parameters
        assert run.data.tags.items() >= content.tags.items()
        assert run.data.metrics["test/accuracy_low"] == 0.25
        curve = [(entry.step, entry.value) for entry in client.get_metric_history(logged.run_id, "val_loss")]
        assert sorted(curve) == [(1, 1.1), (2, 0.9)]
        assert _files(client, logged.run_id) == {
            "MODEL_CARD.md",
            "metrics.json",
            "model",
            "model/model.keras",
            "report.html",
        }
    assert place.artifacts is None or (place.artifacts / logged.run_id).is_dir()


def test_a_run_that_reuses_everything_is_not_logged_twice(store):
    home, place = store
    first, again = log_run(place, _content(home, "a"), NOON), log_run(place, _content(home, "a"), NOON)
    assert (again.run_id, again.reused) == (first.run_id, True)
    with open_store(place) as client:
        experiment = client.get_experiment_by_name("a").experiment_id
        assert len(client.search_runs([experiment])) == 1


def test_a_run_that_was_cut_off_while_it_was_logged_is_made_whole_and_nothing_in_it_is_doubled(store, monkeypatch):
    home, place = store
    write = log_run_module._write

    def cut(client, run_id, content):
        write(client, run_id, content)
        raise ConnectionError("Connection refused")

    monkeypatch.setattr(log_run_module, "_write", cut)
    with pytest.raises(TrackingError, match="connection refused"):
        log_run(place, _content(home, "c"), NOON)
    monkeypatch.undo()
    logged = log_run(place, _content(home, "c"), NOON)
    assert not logged.reused
    with open_store(place) as client:
        (run,) = client.search_runs([client.get_experiment_by_name("c").experiment_id])
        assert (run.info.run_id, run.info.status) == (logged.run_id, "FINISHED")
        assert len(client.get_metric_history(run.info.run_id, "val_loss")) == 2


def test_aliases_follow_promotions_refusals_and_rollbacks_and_the_champion_s_file_is_the_promoted_one(store, tmp_path):
    home, place = store
    for action, name, wanted in (
        ("promote", "a", {"champion": "a"}),
        ("refuse", "b", {"champion": "a", "challenger": "b"}),
        ("promote", "b", {"champion": "b"}),
        ("rollback", "a", {"champion": "a", "challenger": "b"}),
    ):
        sha256 = digest_file(home / "runs" / RUNS[name] / "model.keras")
        draft = Draft(action=action, run_id=RUNS[name], model_sha256=sha256, test_rows_sha256="b" * 64, reason="r")
        append_entry(home, lambda _, draft=draft: draft, NOON)
        registered = follow_promotions(place, home, read_ledger(home), NOON)
        with open_store(place) as client:
            model = client.get_registered_model("melanoma")
            found = {
                alias: client.get_model_version(model.name, version).tags["melanoma.run_id"]
                for alias, version in model.aliases.items()
            }
            assert len(client.search_model_versions("name = 'melanoma'")) == (1 if wanted == {"champion": "a"} else 2)
            assert found == {alias: RUNS[of] for alias, of in wanted.items()}
            assert set(registered.versions) == set(wanted)
    with open_store(place) as client:
        version = client.get_model_version_by_alias("melanoma", "champion")
        kept = client.download_artifacts(version.run_id, "model/model.keras", str(tmp_path))
    assert digest_file(Path(kept)) == read_ledger(home)[0].model_sha256


def test_before_anything_is_judged_there_is_no_model(tmp_path):
    place = choose_place(None, tmp_path, "melanoma")
    assert follow_promotions(place, tmp_path, (), NOON) is None
    assert not (tmp_path / "mlflow").exists()


def test_nothing_leaves_the_machine_and_mlflow_does_not_report_its_use(home, make_command, tmp_path):
    command = make_command(tmp_path).with_home(home)
    (command.home / "runs" / "latest").symlink_to(RUNS["a"])
    out, err = command.start(code=OFFLINE + TRACKED + TOLD).communicate(timeout=300)
    said, left = out[: out.rindex("\n{")], out[out.rindex("\n{") :]
    assert json.loads(left) == {"called": [], "reports": False}, err
    assert err == ""
    assert not list(command.user.rglob("*telemetry*"))
    record = json.loads((command.home / "runs" / RUNS["a"] / "run.json").read_text())
    assert record["mlflow"]["run_id"] == json.loads(said)["run_id"]


def test_that_mlflow_would_report_its_use_is_seen_where_only_others_are_told_not_to(command):
    out, err = command.with_environment(DO_NOT_TRACK="1").start(code=OFFLINE + TOLD).communicate(timeout=300)
    assert json.loads(out)["reports"], err


@contextlib.contextmanager
def _tracker(status):
    """A loopback server that answers everything alike."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://me:secret@127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "refuses who asks; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"),
        (403, "does not allow it; ask who keeps the server"),
        (404, "is no MLflow server, or an old one"),
        (500, "answers with an error of its own; see the server's log"),
    ],
)
def test_a_server_that_refuses_is_one_line_without_the_password(home, monkeypatch, status, words):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with _tracker(status) as uri, pytest.raises(TrackingError) as caught:
        log_run(TrackingPlace(uri, None, "melanoma"), _content(home, "a"), NOON)
    assert words in str(caught.value)
    assert str(caught.value).startswith("MLflow http://127.0.0.1:")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("status", [401, 403])
def test_of_a_run_that_a_server_refuses_nothing_changes_but_that_it_says_why(tmp_path, monkeypatch, caplog, status):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setattr(track, "get_run_logger", lambda: logging.getLogger("test"))
    folder = RunFolder(tmp_path, RUNS["a"])
    files = _digests(make_run(tmp_path, RUNS["a"]))
    before = read_run(folder)
    run = SimpleNamespace(folder=folder, config=SimpleNamespace(tracking=TrackingConfig(mlflow=True)))
    with _tracker(status) as uri:
        monkeypatch.setattr(track, "find_place", lambda *_: TrackingPlace(uri, None, "melanoma"))
        assert track.track.fn(run).name == "NotLogged"
        track.follow(run)
    (line,) = caplog.messages
    assert line.startswith("not logged: MLflow http://127.0.0.1:")
    assert read_run(folder) == before | {"mlflow": {"problem": line}}
    assert _digests(folder.path) == files


def _digests(folder):
    return {path.name: digest_file(path) for path in folder.iterdir() if path.name != "run.json"}


def test_a_server_that_is_away_or_silent_is_one_line(home, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        port = mute.getsockname()[1]
        content = _content(home, "a")
        with pytest.raises(TrackingError, match=r"does not answer \(connection refused\); start the server"):
            log_run(TrackingPlace(f"http://127.0.0.1:{port}", None, "melanoma"), content, NOON)
        mute.listen()
        with pytest.raises(TrackingError, match="does not answer in time"):
            log_run(TrackingPlace(f"http://127.0.0.1:{port}", None, "melanoma"), content, NOON)


def test_a_file_that_is_no_database_is_one_line(home, tmp_path):
    place = choose_place(None, tmp_path, "melanoma")
    (tmp_path / "mlflow").mkdir()
    (tmp_path / "mlflow" / "mlflow.db").write_text("not a database, and long enough to look like one" * 50)
    with pytest.raises(TrackingError, match=r"mlflow\.db is no database; move the file away"):
        log_run(place, _content(home, "a"), NOON)
