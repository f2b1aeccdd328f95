"""`melanoma tune` searches, goes on where it was, and leaves a configuration that `melanoma run` takes."""

import json

import pytest

SPACE = (
    "tune.space={train.learning_rate: {low: 0.001, high: 0.1, log: true}, train.dropout: {choices: [0.0, 0.5]}, "
    "balance.mode: {choices: [none]}}"
)
TINY = ("train.network=cnn_dropout", "train.epochs=1", "tune.folds=2", SPACE)


@pytest.fixture
def command(make_reporting, tmp_path):
    """The command line with a fresh home, whose runs report to a server that is there."""
    return make_reporting(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--trials", "0"], ["--trials"]),
        (["--set", "tune.space={train.drop: {choices: [0.1]}}"], ["tune.space: train.drop=0.1", "mean dropout"]),
        (["--set", "tune.space={train.dropout: {low: 0.1}}"], ["tune.space.train.dropout", "low and high"]),
        (["--set", "tune.folds=9"], ["tune.folds: 9 folds, but the split makes 5"]),
        (["--set", "tune.storage=postgresql://me:secret@host/db"], ["no password belongs into a configuration"]),
        (["--set", "split.protocol=after_augmentation"], ["makes no folds"]),
    ],
)
def test_a_wrong_search_ends_with_one_line_before_anything_is_started(command, drawn_set, arguments, words):
    answer = command("tune", "--data", drawn_set, *arguments)
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1
    assert all(word in answer.err for word in words), answer.err


def test_a_search_goes_on_and_leaves_a_configuration_and_a_page(command, drawn_set):
    def tune(trials):
        answer = command("tune", "--data", drawn_set, "--json", "--trials", trials, *command.quick(*TINY))
        assert answer.code == 0, answer.err
        return json.loads(answer.out)

    first = tune(1)
    assert first["trials"] == {"complete": 1, "pruned": 0, "failed": 0}
    second = tune(2)
    assert second["study"] == first["study"]
    assert second["trials"] == {"complete": 2, "pruned": 0, "failed": 0}
    best = second["best"]
    assert best["balanced_accuracy"] == pytest.approx(sum(best["folds"]) / 2)
    assert best["balanced_accuracy"] >= first["best"]["balanced_accuracy"]
    assert len(list((command.home / "artifacts" / "trial").iterdir())) == 2  # the first was not measured again
    record = command.record(second["run_id"])
    assert record["status"] == "finished"
    assert {record["stages"][name]["state"] for name in ("ingest", "split", "balance")} == {"Cached"}
    folder = command.home / "runs" / second["run_id"]
    assert {"best.yaml", "trials.csv", "tune.html"} <= {path.name for path in folder.iterdir()}
    planned = command("plan", "--data", drawn_set, "--config", folder / "best.yaml", "--json")
    assert planned.code == 0, planned.err
    hits = {stage["stage"]: stage["hit"] for stage in json.loads(planned.out)}
    assert {name: hits[name] for name in ("ingest", "split", "balance", "train")} == {
        "ingest": True,
        "split": True,
        "balance": True,
        "train": False,
    }
