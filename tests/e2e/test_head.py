"""A head on frozen features, from a folder of images to a report, as its user runs it."""

import json

import pytest

pytestmark = pytest.mark.xdist_group("pipeline")
HEAD = (
    "train.network=efficientnet_lite0+efficientnet_lite1",
    "train.method=head",
    "train.views=2",
    "train.loss=logit_adjusted",
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, drawn_set, make_reporting):
    """A home in which a head has been trained once."""
    command = make_reporting(tmp_path_factory.mktemp("finished"))
    return command, command.run(drawn_set, *HEAD)


def test_a_head_is_trained_evaluated_reported_and_proven(finished):
    command, record = finished
    latest = command.home / "runs" / "latest"
    assert record["status"] == "finished"
    assert (latest / "model.keras").is_file()
    assert "L2 strength" in (latest / "report.html").read_text()
    metrics = json.loads((latest / "metrics.json").read_text())
    low, high = metrics["splits"]["test"]["metrics"]["balanced_accuracy"]["ci95"]
    assert 0 <= low < high <= 1
    answer = command("verify", record["run_id"], "--json")
    assert (answer.code, json.loads(answer.out)["holds"]) == (0, True)


def test_a_changed_head_runs_train_again_and_passes_no_picture(finished, drawn_set):
    command, _ = finished
    changed = (*HEAD, "train.head.l2=[0.5, 0.05]")
    planned = json.loads(command("plan", "--data", drawn_set, "--json", *command.quick(*changed)).out)
    misses = {stage["stage"]: stage["reason"] for stage in planned if not stage["hit"]}
    assert misses["train"] == "changed: config.train.head.l2"
    assert set(misses) == {
        "train",
        "evaluate",
        "robustness",
        "explain",
        "training-curves",
        "confusion-matrix",
        "report",
    }
    shards = sorted((command.home / "artifacts/feature-shard").iterdir())
    record = command.run(drawn_set, *changed)
    assert (record["stages"]["balance"]["state"], record["stages"]["train"]["state"]) == ("Cached", "Completed")
    assert sorted((command.home / "artifacts/feature-shard").iterdir()) == shards != []


def test_what_a_head_lacks_is_refused_before_any_work(finished, drawn_set):
    command, _ = finished
    answer = command("run", "--data", drawn_set, *command.quick(*HEAD, "train.augment=0.5"))
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "train.augment does nothing for a head on frozen features; leave it out" in answer.err
