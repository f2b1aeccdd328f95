"""The automations on a real server: made once each, and each does what its file says."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import yaml

from flows.automations import FOLDER, settle_automations
from melanoma.errors import ConfigError, MelanomaError, UsageError
from melanoma.registry.changes import SourceChanges
from melanoma.registry.entry import Draft, write_down
from tasks.announce import announce_change, announce_decision
from tests.prefect_api import ask
from tests.prefect_server import start_server
from tests.processes import wait_for
from tests.tracked_home import make_run

pytestmark = pytest.mark.xdist_group("automations")
NAMES = [
    "melanoma: mark zombie runs crashed",
    "melanoma: notify when refused",
    "melanoma: retrain when data changed",
]
GATES = ({"gate": "balanced_accuracy", "verdict": "failed"}, {"gate": "latency", "verdict": "passed"})
# A run whose heartbeat comes each second, as no setting allows; it says its name and waits.
BEATING = """
import sys, time
import prefect.flow_engine as engine
engine.MINIMUM_HEARTBEAT_INTERVAL = 1
engine.FlowRunEngine.heartbeat_seconds = property(lambda self: 1)
from prefect import flow
from prefect.runtime import flow_run

@flow
def beat(seconds: float) -> None:
    print(flow_run.id, flush=True)
    time.sleep(seconds)

beat(float(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def server(make_command, tmp_path_factory, start_lasting):
    """A Prefect server that looks each second for what has not come; its address and a command that uses it."""
    command = make_command(tmp_path_factory.mktemp("automations"))
    url = start_server(start_lasting, command, PREFECT_SERVER_EVENTS_PROACTIVE_GRANULARITY="PT1S")
    return url, command.with_environment(PREFECT_API_URL=url)


@pytest.fixture
def url(server):
    """The server's address; Prefect in this process is pointed at it."""
    from prefect.events.worker import EventsWorker
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: server[0]}):
        yield server[0]
        EventsWorker.drain_all()


@pytest.fixture
def deployed(url):
    """The id of the deployment that retrains, which nobody carries out here."""
    flow = ask(url, "/flows/", {"name": "retrain"})
    made = ask(url, "/deployments/", {"name": "weekly-retrain", "flow_id": flow["id"], "entrypoint": "flows.retrain"})
    return made["id"]


def _automations(url):
    return {entry["name"]: entry for entry in ask(url, "/automations/filter", {})}


def _states(settled):
    return [(entry.name, entry.state) for entry in settled]


def _decide(action):
    draft = Draft(
        action=action,
        run_id="20260101-000000-12345678",
        model_sha256="a" * 64,
        test_rows_sha256="b" * 64,
        gates=GATES,
        reason="balanced_accuracy: 0.10 worse",
    )
    return write_down(draft, None, 1, datetime(2026, 1, 1, tzinfo=UTC))


def test_where_the_deployment_is_missing_no_automation_is_made(url):
    with pytest.raises(UsageError, match="deployment retrain/weekly-retrain: not on the server; make it first"):
        settle_automations()
    assert _automations(url) == {}


def test_made_twice_each_automation_is_there_once_and_a_person_s_choice_stays(server, url, deployed):
    answer = server[1]("automations", "--json")
    assert answer.code == 0, answer.err
    assert json.loads(answer.out) == [{"name": name, "state": "created"} for name in NAMES]
    zombies = _automations(url)[NAMES[0]]["id"]
    ask(url, f"/automations/{zombies}", {"enabled": False}, "PATCH")

    assert _states(settle_automations()) == [(name, "kept") for name in NAMES]
    listed = ask(url, "/automations/filter", {})
    assert [entry["name"] for entry in listed] == NAMES
    assert [entry["enabled"] for entry in listed] == [False, True, True]
    assert listed[2]["actions"][0]["deployment_id"] == deployed


def test_a_changed_file_changes_its_automation_and_not_whether_it_is_on(url, deployed, tmp_path):
    zombies = yaml.safe_load((FOLDER / "crash-zombie-runs.yaml").read_text())
    (tmp_path / "zombies.yaml").write_text(yaml.safe_dump(zombies | {"within": 10, "description": "other"}))
    settle_automations()
    assert _states(settle_automations(folder=tmp_path)) == [(NAMES[0], "updated")]
    found = _automations(url)[NAMES[0]]
    assert (found["description"], found["enabled"]) == ("other", False)
    assert _states(settle_automations()) == [(NAMES[0], "updated"), (NAMES[1], "kept"), (NAMES[2], "kept")]


def test_a_change_that_somebody_announces_schedules_one_retraining_and_a_retraining_s_own_none(server, url, deployed):
    settle_automations()
    changes = SourceChanges(unchanged=5, new=2, changed=0, moved=0, vanished=0, examples={})
    announce_change("20260101-000000-12345678", "d" * 64, changes)
    own = wait_for(lambda: _events(url, "melanoma.dataset.changed"))[0]
    assert own["resource"]["prefect.resource.id"] == "melanoma.run.20260101-000000-12345678"
    assert own["payload"]["said"] == "2 new, 0 changed, 0 moved, 0 vanished, 5 unchanged"
    assert {"prefect.resource.id": f"melanoma.dataset.{'d' * 64}", "prefect.resource.role": "dataset"} in own["related"]

    emit = ["-m", "prefect", "event", "emit", "melanoma.dataset.changed", "--resource-id", "melanoma.dataset.new"]
    subprocess.run([sys.executable, *emit], env=server[1].environment, check=True, capture_output=True)
    runs = wait_for(lambda: ask(url, "/flow_runs/filter", {"flow_runs": {"deployment_id": {"any_": [deployed]}}}))
    assert [(run["state"]["type"], run["created_by"]["display_value"]) for run in runs] == [("SCHEDULED", NAMES[2])]


def test_a_refusal_reaches_the_block_that_was_named_and_the_block_stays(url, deployed):
    from prefect.blocks.notifications import CustomWebhookNotificationBlock

    with _mailbox() as (address, received):
        block = CustomWebhookNotificationBlock(name="team", url=address, json_data={"text": "{{subject}}: {{body}}"})
        block.save("team", overwrite=True)
        assert (NAMES[1], "updated") in _states(settle_automations("custom-webhook/team"))
        announce_decision(_decide("promote"))
        announce_decision(_decide("refuse"))
        (text,) = [json.loads(body)["text"] for body in wait_for(lambda: received)]
    assert text.startswith("melanoma: challenger 20260101-000000-12345678 refused: balanced_accuracy: 0.10 worse\n")
    (event,) = wait_for(lambda: _events(url, "melanoma.gate.refused"))
    assert event["payload"]["failed_gates"] == ["balanced_accuracy"]
    assert event["payload"]["model_sha256"] == "a" * 64
    assert event["related"][0]["prefect.resource.id"] == f"melanoma.model.{'a' * 64}"
    settle_automations()
    assert [action["type"] for action in _automations(url)[NAMES[1]]["actions"]] == ["send-notification"]


def test_a_promotion_by_hand_is_announced_to_the_server_that_runs(server, url):
    folder = make_run(server[1].home, "20260202-000000-abcdefab")
    answer = server[1]("promote", folder.name)
    assert answer.code == 0, answer.err
    wanted = f"melanoma.run.{folder.name}"
    (event,) = wait_for(lambda: _events(url, "melanoma.model.promoted", wanted))
    assert (event["payload"]["action"], event["payload"]["reason"]) == ("promote", "by hand")


def test_a_run_whose_process_was_killed_becomes_crashed_and_one_that_lives_does_not(server, url, tmp_path):
    zombies = yaml.safe_load((FOLDER / "crash-zombie-runs.yaml").read_text())
    zombies["trigger"]["within"] = 10  # seconds; the least that Prefect takes
    (tmp_path / "zombies.yaml").write_text(yaml.safe_dump({**zombies, "name": "quick"}))
    settle_automations(folder=tmp_path)
    alive, killed = (server[1].start("600", code=BEATING) for _ in range(2))
    try:
        ids = [process.stdout.readline().strip() for process in (alive, killed)]
        wait_for(lambda: len(_events(url, "prefect.flow-run.heartbeat", f"prefect.flow-run.{ids[1]}")) > 1)
        os.kill(killed.pid, signal.SIGKILL)
        state = wait_for(lambda: _dead(url, ids[1]))
        assert state["type"] == "CRASHED"
        assert "its process or its machine is gone" in state["message"]
        assert ask(url, f"/flow_runs/{ids[0]}")["state"]["type"] == "RUNNING"
    finally:
        for process in (alive, killed):
            process.kill()
            process.communicate()


def test_a_file_that_is_no_automation_and_a_block_that_is_not_there_end_in_one_line(url, tmp_path):
    (tmp_path / "wrong.yaml").write_text("name: wrong\ntrigger: {type: event, posture: Sideways}\nactions: []\n")
    with pytest.raises(ConfigError, match=r"wrong\.yaml: trigger.*; mend it"):
        settle_automations(folder=tmp_path)
    with pytest.raises(UsageError, match="--notify slack-webhook/nobody: no such block on the server"):
        settle_automations("slack-webhook/nobody")


def test_a_server_that_does_not_answer_ends_in_one_line(command):
    answer = command.with_environment(PREFECT_API_URL="http://127.0.0.1:9/api", PREFECT_CLIENT_MAX_RETRIES="0")(
        "automations"
    )
    assert (answer.code, len(answer.err.splitlines())) == (1, 1)
    assert "the Prefect server does not take them" in answer.err
    assert command("automations").err.startswith("melanoma: automations: no Prefect server; start melanoma serve")


def test_a_server_that_refuses_who_asks_ends_in_one_line():
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with (
        _mailbox(status=401) as (address, _),
        temporary_settings({PREFECT_API_URL: address}),
        pytest.raises(MelanomaError, match="401 Unauthorized"),
    ):
        settle_automations()


def _events(url, name, resource=None):
    wanted = {"event": {"name": [name]}} | ({"resource": {"id": [resource]}} if resource else {})
    return ask(url, "/events/filter", {"filter": wanted})["events"]


def _dead(url, run):
    state = ask(url, f"/flow_runs/{run}")["state"]
    return state if state["type"] != "RUNNING" else None


@contextlib.contextmanager
def _mailbox(status=200):
    """A loopback HTTP server that keeps what is posted to it."""
    received = []

    class Box(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.rfile.read(int(self.headers["Content-Length"] or 0)))
            self.send_response(status)
            self.end_headers()

        def do_GET(self):
            self.do_POST()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Box)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    server.server_close()
