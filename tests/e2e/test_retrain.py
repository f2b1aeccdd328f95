"""`melanoma retrain`, `promote` and `monitor`, as their user types them, week after week on one home."""

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.dataset import draw_dataset
from tests.networks import LEARNED, POOR
from tests.prefect_api import ask

pytestmark = pytest.mark.xdist_group("retrain")
# So few test images prove nothing, and three melanomas even less: these gates let pass what does not fail entirely.
LENIENT = [f"gates.{gate}.margin=1" for gate in ("balanced_accuracy", "worst_subgroup", "calibration")]
LENIENT.append("gates.melanoma_sensitivity.enabled=false")
TRACKED = "tracking.mlflow=true"
AWAY = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
LENIENT.append("gates.latency.margin=0.95")  # whatever else the machine is doing


def retrain(command, data, *settings):
    return command("retrain", "--data", data, "--json", *command.quick(*LEARNED, *settings))


def ledger(command):
    return [json.loads(line) for line in (command.home / "promotions.jsonl").read_text().splitlines()]


def read_roles(command, run_id):
    """Return the role of each content; one that was excluded has none, though a duplicate of it may have."""
    rows = pd.read_parquet(command.home / "runs" / run_id / "manifest.parquet")
    return rows.dropna(subset=["split"]).set_index("sha256")["split"]


def read_tested(command, run_id):
    roles = read_roles(command, run_id)
    return set(roles.index[roles == "test"])


def read_aliases(command):
    """Return the run whose model each alias of MLflow's registry stands for, from its database."""
    query = """SELECT alias, value FROM registered_model_aliases JOIN model_version_tags USING (name, version)
        WHERE key = 'melanoma.run_id'"""
    with contextlib.closing(sqlite3.connect(command.home / "mlflow" / "mlflow.db")) as database:
        return dict(database.execute(query).fetchall())


@pytest.fixture(scope="module")
def first(tmp_path_factory, drawn_set, make_reporting, copy_of_set):
    """A home whose first run was promoted, and the folder that it was made from."""
    folder = tmp_path_factory.mktemp("retrained")
    command, data = make_reporting(folder), copy_of_set(drawn_set, folder / "set")
    answer = retrain(command, data, *LENIENT, TRACKED)
    assert answer.code == 0, answer.err
    return command, data, json.loads(answer.out)


@pytest.fixture(scope="module")
def watched(first, tmp_path_factory):
    """What a monitoring says after images were added to the folder."""
    command, data, _ = first
    more = tmp_path_factory.mktemp("more") / "set"
    draw_dataset(more, SyntheticConfig(images=72, size_px=64, seed=9))
    for number, path in enumerate(sorted(more.glob("T*/*/*.jpg"))):
        shutil.copy(path, data / path.parent.relative_to(more) / f"ISIC_{8_000_000 + number}.jpg")
    answer = command("monitor", "--data", data, "--json", *command.quick())
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


@pytest.fixture(scope="module")
def grown(first, watched):
    """The same home after a retraining on the added images, and the record of the challenger that was promoted.

    The server that its run was to be logged to was away.
    """
    command, data, _ = first
    answer = retrain(command.with_environment(**AWAY), data, *LENIENT)
    assert answer.code == 0, answer.err
    return command, data, json.loads(answer.out)


def test_the_first_run_is_promoted_because_it_beats_chance(first):
    command, _, record = first
    (line,) = ledger(command)[:1]
    assert record["retrain"]["state"] == "first"
    assert (line["action"], line["run_id"], line["sequence"]) == ("promote", record["run_id"], 1)
    assert {gate["gate"]: gate["verdict"] for gate in line["gates"]}["balanced_accuracy"] == "passed"
    assert "Challenger promoted" in (command.home / "runs" / record["run_id"] / "promotion.html").read_text()


def test_where_nothing_has_changed_nothing_is_done_and_it_is_said(first):
    command, data, record = first
    before = ledger(command)
    answer = command("retrain", "--data", data, *command.quick(*LEARNED, *LENIENT))
    assert answer.code == 0
    assert (
        f"nothing to do: data and configuration are those of run {record['run_id']}, which is the champion"
        in answer.out
    )
    assert ledger(command) == before
    newest = command.status()[-1]
    assert (newest["status"], newest["stages"]) == ("finished", {})


def test_a_monitoring_without_new_images_says_so_and_ends_well(first):
    command, data, record = first
    answer = command("monitor", "--data", data, "--json", *command.quick())
    assert answer.code == 0, answer.err
    said = json.loads(answer.out)
    assert (said["monitor"]["state"], said["found"], said["page"], said["stages"]) == ("nothing new", None, None, {})
    assert said["monitor"]["said"].startswith(f"no new image; {record['images']} are the champion's own")


def test_new_images_are_compared_with_the_champions_and_nothing_is_trained(first, watched):
    command, _, record = first
    assert set(watched["stages"]) == {"ingest", "monitor"}
    found = watched["found"]
    assert found["champion"]["run_id"] == record["run_id"]
    assert found["drift"]["new"] + found["unreadable"] == watched["monitor"]["changes"]["new"] == 79
    assert found["unreadable"] == 1  # planted
    tested = {test["what"] for test in found["drift"]["tests"]}
    assert {"brightness", "predicted classes", "features of the champion"} <= tested
    assert 'id="drift"' in Path(watched["page"]).read_text()
    assert watched["run_id"] not in {line["run_id"] for line in ledger(command)}
    assert (command.home / "runs/latest").resolve().name != watched["run_id"]


def test_added_images_make_a_challenger_and_each_is_accounted_for(first, grown):
    command, _, record = grown
    changes = record["retrain"]["changes"]
    planted = 72 + 2 + 2 + 1 + 2
    assert (changes["new"], changes["changed"], changes["vanished"]) == (planted, 0, 0)
    old, new = (read_tested(command, run["run_id"]) for run in (first[2], record))
    decision = json.loads((command.home / "runs" / record["run_id"] / "decision.json").read_text())
    assert record["promotion"]["run_id"] == record["run_id"]
    assert old < new
    assert decision["rows"]["judged"] + decision["rows"]["met"] >= len(old)
    assert decision["rows"]["judged"] <= len(old)
    assert decision["rows"]["added"] + decision["rows"]["judged"] + decision["rows"]["met"] == len(new)
    assert any("are new since the champion was judged" in note for note in decision["rows"]["notes"])
    assert decision["drift"]["tests"]
    for gate in decision["gates"]:
        assert gate["verdict"] in ("passed", "off")


def test_a_run_is_logged_while_it_is_made_and_one_that_could_not_be_is_finished_and_says_what_to_do(first, grown):
    command, _, record = first
    with contextlib.closing(sqlite3.connect(command.home / "mlflow" / "mlflow.db")) as database:
        (logged,) = database.execute("SELECT run_uuid FROM runs WHERE name = ?", [record["run_id"]]).fetchone()
    assert record["mlflow"]["run_id"] == logged
    assert read_aliases(command) == {"champion": record["run_id"]}
    later = grown[2]
    assert later["status"] == "finished"
    assert later["mlflow"]["problem"].startswith("not logged: MLflow http://127.0.0.1:9 does not answer")
    assert later["mlflow"]["problem"].endswith(f"log it later: melanoma track {later['run_id']}")


def test_only_new_images_are_decoded(first, grown):
    command = grown[0]
    shards = [
        json.loads(path.read_text()) for path in (command.home / "artifacts/ingest-shard").glob("*/manifest.json")
    ]
    assert len(shards) == 2


def test_an_added_test_image_changes_no_row_that_the_older_champion_was_judged_on(first, grown):
    command, _, record = first
    old, rows = (read_roles(command, run["run_id"]) for run in (record, grown[2]))
    assert (rows.reindex(old.index[old == "test"]) == "test").all()
    assert not (rows.reindex(old.index[old != "test"]) == "test").any()
    assert command("verify", grown[2]["run_id"]).code == 0


def test_a_worse_challenger_is_refused_and_the_champion_stays_until_it_is_rolled_back(first, grown):
    command, data, record = grown
    answer = retrain(command, data, *POOR, TRACKED)
    assert answer.code == 4
    said = json.loads(answer.out)
    assert (said["action"], said["sequence"]) == ("refuse", 3)
    assert answer.err.startswith(f"melanoma: the challenger {said['run_id']} is refused, not passed: balanced_accuracy")
    assert "Challenger refused" in (command.home / "runs" / said["run_id"] / "promotion.html").read_text()
    assert command.record(said["run_id"])["status"] == "refused"
    assert (command.home / "runs/latest").resolve().name == record["run_id"]

    assert read_aliases(command) == {"champion": record["run_id"], "challenger": said["run_id"]}

    again = retrain(command, data, *POOR)
    assert (again.code, json.loads(again.out)["retrain"]["state"]) == (0, "unchanged")

    back = command("promote", "--rollback", "--reason", "it was better", "--json")
    assert back.code == 0, back.err
    assert [line["action"] for line in ledger(command)] == ["promote", "promote", "refuse", "rollback"]
    assert json.loads(back.out)["run_id"] == first[2]["run_id"]
    assert read_aliases(command) == {"champion": first[2]["run_id"], "challenger": said["run_id"]}
    predicted = command("predict", "--model", "champion", data / "Test", "--out", "p.csv", "--json")
    assert json.loads(predicted.out)["model"] == first[2]["run_id"]


def test_data_with_a_critical_finding_end_the_run_before_training(grown, prefect_server):
    command, data, _ = grown
    before = ledger(command)
    answer = retrain(command, data, "validation.label_conflict=fail")
    assert answer.code == 3
    assert "label_conflict is not let through" in answer.err
    assert ledger(command) == before
    (shown,) = ask(prefect_server, "/flow_runs/filter", {"sort": "START_TIME_DESC", "limit": 1})  # what the UI shows
    assert (shown["name"].split(" · ")[0], shown["state_type"]) == (data.name, "FAILED")
    assert "label_conflict is not let through" in shown["state"]["message"]


def test_a_registered_set_from_elsewhere_is_judged_by_the_same_gates_and_unknown_diagnoses_are_listed(grown, tmp_path):
    command, data, _ = grown
    draw_dataset(tmp_path / "clinic", SyntheticConfig(images=72, size_px=64, seed=21))
    rash = tmp_path / "clinic" / "Train" / "rash"
    rash.mkdir()
    image = next((tmp_path / "clinic").glob("Train/nevus/*.jpg"))
    image.rename(rash / image.name)
    answer = retrain(command, data, *LENIENT, f'gates.external=["{tmp_path / "clinic"}"]')
    assert answer.code == 0, answer.err
    record = json.loads(answer.out)
    assert {entry["state"] for entry in record["stages"].values()} == {"Cached", "Completed"}
    decision = json.loads((command.home / "runs" / record["run_id"] / "decision.json").read_text())
    (clinic,) = decision["external"]
    assert (clinic["title"], clinic["reason"]) == ("clinic", None)
    assert 50 < clinic["judged"] <= 80
    assert {part["diagnosis"]: part["as"] for part in clinic["mapping"]}["rash"] is None
    gates = {gate["gate"]: gate for gate in record["promotion"]["gates"] if gate["on"] == "clinic"}
    assert gates["balanced_accuracy"]["verdict"] == "passed"
    assert gates["balanced_accuracy"]["difference"]["n"] == clinic["judged"]
    assert "latency" not in gates


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["promote"], 2, "give either a RUN or --rollback"),
        (["promote", "latest", "--rollback"], 2, "give either a RUN or --rollback"),
        (["promote", "latest"], 2, "run latest: 0 runs match"),
        (["promote", "--rollback"], 2, "there is no earlier champion (there is none)"),
        (["promote", "--rollback", "--reason", " "], 2, "--reason is empty"),
        (["predict", "--model", "champion", ".", "--out", "p.csv"], 2, "--model champion: no run of"),
        (["evaluate", "--model", "champion", "--data", "."], 2, "--model champion: no run of"),
        (["monitor", "--data", "nowhere"], 2, "nowhere: no such folder or archive"),
        (["retrain", "--data", "nowhere"], 2, "nowhere: no such folder or archive"),
        (["retrain", "--data", ".", "--config", "seed"], 2, "after_augmentation leaks, and no model of it is promoted"),
        (["retrain", "--data", ".", "--set", "gates.latency.margins=1"], 2, "did you mean margin?"),
    ],
)
def test_a_wrong_command_ends_with_one_line(command, arguments, code, words):
    answer = command(*arguments)
    assert (answer.code, len(answer.err.splitlines())) == (code, 1)
    assert words in answer.err


def test_a_broken_chain_stops_a_retraining_before_anything_is_started(command, drawn_set):
    command.home.mkdir()
    (command.home / "promotions.jsonl").write_text("{}\n")
    answer = command("retrain", "--data", drawn_set, *command.quick())
    assert answer.code == 1
    assert "promotions.jsonl: line 1 cannot be read" in answer.err
    assert not (command.home / "runs").exists()


def test_help_tells_the_exit_codes(command):
    assert "4 the challenger was refused" in " ".join(command("retrain", "--help").out.split())
    assert "--rollback" in command("promote", "--help").out


def test_a_monitoring_without_a_champion_says_so_and_ends_well(command, drawn_set):
    answer = command("monitor", "--data", drawn_set)
    assert (answer.code, "there is no champion to compare with" in answer.out) == (0, True)
