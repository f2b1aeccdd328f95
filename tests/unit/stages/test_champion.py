"""The name `champion` leads to a model that is as it was promoted, or to one line that says why not."""

import json
import shutil
from datetime import UTC, datetime

import pandas as pd
import pytest

from melanoma.errors import ArtifactDamaged, LedgerBroken, ModelError, UsageError
from melanoma.registry.entry import Draft
from melanoma.registry.ledger import append_entry, read_ledger
from melanoma.stages.champion import find_standing
from melanoma.stages.found_model import find_model
from melanoma.stages.promote_by_hand import promote_run, roll_back
from tests.sealed_run import seal_files
from tests.tiny_model import make_run

CLASSES = ("melanoma", "nevus")
FIRST, SECOND = "20260101-000000-aaaaaaaa", "20260102-000000-bbbbbbbb"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home with two runs, to be copied."""
    home = tmp_path_factory.mktemp("made") / "home"
    for run_id, size in ((FIRST, 2), (SECOND, 3)):
        split = ["test"] + ["train"] * (size - 1)
        manifest = pd.DataFrame({"split": split, "sha256": [f"{n}" for n in range(size)], "diagnosis": "nevus"})
        folder = make_run(home, run_id, (*CLASSES, "scar")[:size], manifest.assign(pixel_sha256="p", isic_id=None))
        stages = {"evaluate": seal_files(folder, "evaluate", "metrics.json")}
        change_record(folder, status="finished", stages=stages, config={"split": {"protocol": "grouped"}})
    return home


@pytest.fixture
def home(made, tmp_path, copy_of_set):
    return copy_of_set(made, tmp_path / "home")


def change_record(folder, **values):
    (folder / "run.json").write_text(json.dumps({**read_record(folder), **values}))


def read_record(folder):
    return json.loads((folder / "run.json").read_text())


def test_the_champion_is_found_by_its_name_and_a_rollback_returns_the_earlier(home):
    promote_run(home, FIRST, "it is the first", NOON)
    assert find_model("champion", home).title == FIRST
    promote_run(home, "20260102", "it is better", NOON)
    assert find_model("champion", home).title == SECOND
    assert find_standing(home).model.info.classes == (*CLASSES, "scar")
    entry = roll_back(home, "it misses melanomas", NOON)
    assert (entry.action, entry.run_id, entry.reason) == ("rollback", FIRST, "it misses melanomas")
    assert find_model("champion", home).title == FIRST
    assert find_standing(home).entry.sequence == 1
    assert [line.action for line in read_ledger(home)] == ["promote", "promote", "rollback"]


def test_without_a_champion_its_name_is_one_clear_line(home):
    with pytest.raises(
        UsageError, match=r"--model champion: no run of .* has been promoted; start with melanoma retrain"
    ):
        find_model("champion", home)
    assert find_standing(home) is None


def test_a_run_that_was_judged_takes_its_gates_along(home):
    facts = {"model_sha256": "1" * 64, "test_rows_sha256": "2" * 64, "reason": "calibration: worse"}
    append_entry(home, lambda _: Draft(action="refuse", run_id=FIRST, gates=({"gate": "calibration"},), **facts), NOON)
    assert promote_run(home, FIRST, "by hand", NOON).gates == ({"gate": "calibration"},)


def test_another_model_under_the_champions_name_is_refused(home):
    promote_run(home, FIRST, "by hand", NOON)
    (home / "runs" / FIRST / "model.keras").write_bytes((home / "runs" / SECOND / "model.keras").read_bytes())
    with pytest.raises(ModelError, match=r"model.keras: is not the model that was promoted \(line 1 of"):
        find_model("champion", home)


def test_a_rollback_to_a_model_that_was_changed_is_refused_and_nothing_is_written(home):
    promote_run(home, FIRST, "by hand", NOON)
    promote_run(home, SECOND, "by hand", NOON)
    (home / "runs" / FIRST / "model.keras").write_bytes((home / "runs" / SECOND / "model.keras").read_bytes())
    with pytest.raises(ModelError, match="its model is not the one that was promoted"):
        roll_back(home, "by hand", NOON)
    assert len(read_ledger(home)) == 2


def test_other_test_rows_than_the_champion_was_promoted_with_are_refused(home):
    promote_run(home, FIRST, "by hand", NOON)
    path = home / "runs" / FIRST / "manifest.parquet"
    pd.read_parquet(path).assign(split="test").to_parquet(path)
    with pytest.raises(ModelError, match="the test rows are not those that the champion was promoted with"):
        find_standing(home)


def test_a_broken_chain_has_no_champion(home):
    promote_run(home, FIRST, "by hand", NOON)
    path = home / "promotions.jsonl"
    path.write_text(path.read_text().replace(FIRST, SECOND))
    with pytest.raises(LedgerBroken, match="line 1 was changed"):
        find_model("champion", home)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"status": "failed"}, ModelError, "is failed; promote a finished run"),
        ({"stages": {}}, ModelError, ": was not evaluated; promote what `melanoma run` has made"),
        (
            {"config": {"split": {"protocol": "after_augmentation"}}},
            UsageError,
            "after_augmentation leaks, and no model",
        ),
    ],
)
def test_a_run_that_cannot_be_trusted_is_not_promoted(home, change, error, words):
    change_record(home / "runs" / FIRST, **change)
    with pytest.raises(error, match=words):
        promote_run(home, FIRST, "by hand", NOON)
    assert read_ledger(home) == ()


def test_a_run_without_its_manifest_is_not_promoted(home):
    (home / "runs" / FIRST / "manifest.parquet").unlink()
    with pytest.raises(ModelError, match=r"has no manifest\.parquet, so that its test rows are unknown"):
        promote_run(home, FIRST, "by hand", NOON)


@pytest.mark.parametrize(("stage", "name"), [("train", "model.keras"), ("evaluate", "metrics.json")])
@pytest.mark.parametrize("place", ["runs", "artifacts"])
def test_a_run_of_which_a_file_was_changed_is_not_promoted_and_the_champion_stays(home, stage, name, place):
    promote_run(home, FIRST, "by hand", NOON)
    run = home / "runs" / SECOND
    entry = seal_files(run, stage, name)
    change_record(run, stages={**read_record(run)["stages"], stage: entry})
    changed = run / name if place == "runs" else home / "artifacts" / stage / entry["key"] / name
    changed.chmod(0o644)
    changed.write_bytes(changed.read_bytes()[:-1] + b"!")
    before = (home / "promotions.jsonl").read_bytes()
    words = rf"{run}/{name}: .*was changed.*; run the pipeline again, or see melanoma verify {SECOND}"
    with pytest.raises(ArtifactDamaged, match=words) as found:
        promote_run(home, SECOND, "by hand", NOON)
    assert len(str(found.value).splitlines()) == 1
    assert (home / "promotions.jsonl").read_bytes() == before
    assert find_model("champion", home).title == FIRST


def test_predictions_that_are_gone_are_told(home):
    promote_run(home, FIRST, "by hand", NOON)
    shutil.rmtree(home / "artifacts")
    with pytest.raises(ModelError, match="the champion's predictions are gone or damaged"):
        find_standing(home).read_predictions()
