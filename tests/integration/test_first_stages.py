"""`melanoma split` and `melanoma train` stop where they say, and a later run goes on from there."""

import json

import pandas as pd
import pytest

pytestmark = pytest.mark.xdist_group("first stages")
TINY = ("train.network=cnn_dropout", "balance.mode=none")
REFUSING = "validation.label_conflict=fail"


@pytest.fixture(scope="module")
def command(make_reporting, tmp_path_factory):
    """The command line with a home of its own, in which a test finds what another has made."""
    return make_reporting(tmp_path_factory.mktemp("first"))


@pytest.mark.parametrize("name", ["split", "train"])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "nowhere"], ["nowhere", "no such folder"]),
        (["--set", "split.folds=1"], ["split.folds", "one fold leaves nothing"]),
        (["--set", "train.network=resnet"], ["resnet", "cnn_dropout"]),
        (["more"], ["more"]),
    ],
)
def test_a_wrong_request_ends_with_one_line_before_anything_is_started(command, drawn_set, name, arguments, words):
    known = command.status()
    answer = command(name, "--data", drawn_set, *arguments)
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1
    assert all(word in answer.err for word in words), answer.err
    assert command.status() == known


@pytest.mark.parametrize("name", ["split", "train"])
def test_a_set_that_is_refused_ends_with_exit_code_3(command, drawn_set, name):
    answer = command(name, "--data", drawn_set, *command.quick(REFUSING))
    assert answer.code == 3
    assert "label_conflict is not let through" in answer.err


def test_a_split_is_counted_and_proven_and_its_manifest_is_where_it_says(command, drawn_set):
    answer = command("split", "--data", drawn_set, *command.quick())
    assert answer.code == 0, answer.err
    assert "proof: holds" in answer.out
    told = json.loads(command("split", "--data", drawn_set, *command.quick(), "--json").out)
    rows = pd.read_parquet(told["manifest"])
    counts = rows["split"].fillna("excluded").value_counts()
    assert {place: count["images"] for place, count in told["total"].items()} == counts.to_dict()
    assert sum(told["excluded_because"].values()) == counts["excluded"]
    assert told["proof"]["holds"]
    assert "copies_stay_in_training" not in {claim["name"] for claim in told["proof"]["claims"]}
    stages = command.record(told["run_id"])["stages"]
    assert {name: stages[name]["state"] for name in stages} == dict.fromkeys(
        ("ingest", "validate", "audit-page", "split"), "Cached"
    )
    assert command("verify", told["run_id"]).code == 0


def test_the_leaking_protocol_is_told_and_the_command_ends_well(command, drawn_set):
    answer = command("split", "--data", drawn_set, "--config", "seed", *command.quick())
    assert answer.code == 0, answer.err
    assert "split.protocol after_augmentation leaks" in answer.out


def test_a_training_leaves_a_model_that_predicts_and_that_a_run_takes_over(command, drawn_set):
    told = json.loads(command("train", "--data", drawn_set, *command.quick(*TINY), "--json").out)
    assert (told["network"], told["method"], told["chosen_by"]) == ("cnn_dropout", "scratch", "loss")
    assert told["kept"].endswith(" of 2")
    assert set(told["validation"]) == {"loss", "accuracy", "balanced_accuracy"}
    stages = command.record(told["run_id"])["stages"]
    assert "evaluate" not in stages
    out = command.user / "p.csv"
    answer = command("predict", "--model", told["run_id"], drawn_set / "Test", "--out", out)
    assert answer.code == 0, answer.err
    assert "melanoma: no decision;" in answer.out
    assert pd.read_csv(out).filter(like="probability:").notna().all(axis=None)
    run = command.run(drawn_set, *TINY)
    assert {name: run["stages"][name]["state"] for name in stages} == dict.fromkeys(stages, "Cached")
    assert {name: run["stages"][name]["digest"] for name in stages} == {name: stages[name]["digest"] for name in stages}
