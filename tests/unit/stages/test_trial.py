"""A trial is judged by folds that it did not learn from, sees no test or calibration row, and is made once."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.examples import ExampleSet
from melanoma.data.sources import list_sources
from melanoma.errors import ModelError
from melanoma.stages import trial
from melanoma.stages.pixels import open_examples
from melanoma.stages.table import BALANCE, INGEST, SPLIT, TRAIN, TRIAL
from melanoma.stages.trial import divide_by_fold
from melanoma.stages.trial_plan import Pruned, TrialPlan

pytestmark = pytest.mark.xdist_group("tensorflow")
SECTIONS = {
    "ingest": {"size_px": 32, "shard_images": 20},
    "balance": {"images_per_class": 6},
    "split": {"validation_share": 0.3, "calibration_share": 0.2, "folds": 3},
}
CNN = {"network": "cnn", "method": "scratch", "epochs": 2, "precision": "float32", "batch_size": 16}
HEAD = {"network": "tiny", "method": "head"}


@pytest.fixture
def prepare(workshop, image_folder, audited):
    """Return a function that makes the artifacts of ingest and balance for some training options."""

    def make(train, **sections):
        workshop.config = PipelineConfig.model_validate({**SECTIONS, **sections, "train": train})
        ingest = workshop.make(INGEST, material=list_sources([image_folder]))
        split = workshop.make(SPLIT, ingest, audited(ingest))
        balance = workshop.make(BALANCE, ingest, split)
        workshop.built.clear()
        return ingest, balance

    return make


class Guarded:
    """A shard of pixels of which some rows must not be read."""

    def __init__(self, pixels, forbidden):
        self.pixels, self.forbidden, self.shape = pixels, forbidden, pixels.shape

    def __getitem__(self, row):
        assert row not in self.forbidden, f"row {row} was read"
        return self.pixels[row]


@pytest.fixture
def poisoned(monkeypatch):
    """Let no pixel of a test or calibration row be read, and give these rows a diagnosis that does not exist."""

    def open_poisoned(ingest, balance):
        examples = open_examples(ingest, balance)
        rows = examples.rows.copy()
        is_kept_out = rows["split"].isin(["test", "calibration"])
        assert is_kept_out.sum() > 12
        rows.loc[is_kept_out, "diagnosis"] = "poison"
        free = rows[~is_kept_out]
        places = {place: set(range(len(shard))) for place, shard in examples.pixels.items()}
        for origin, shard, row in free[["origin", "shard", "row"]].itertuples(index=False):
            places[origin, shard].discard(row)
        guarded = {place: Guarded(shard, places[place]) for place, shard in examples.pixels.items()}
        return ExampleSet(rows, guarded)

    return lambda: monkeypatch.setattr(trial, "open_examples", open_poisoned)


@pytest.mark.parametrize("train", [CNN, HEAD])
def test_neither_pixels_nor_diagnoses_of_test_and_calibration_rows_are_read(
    prepare, workshop, poisoned, seen, tmp_path, train
):
    made = prepare(train)
    clean = workshop.carry_out(TRIAL, *made, material=TrialPlan(2)).artifact
    tested = open_examples(*made).of("test")
    workshop.store.folder("trial", clean.key).rename(tmp_path / "aside")
    poisoned()
    again = workshop.carry_out(TRIAL, *made, material=TrialPlan(2))
    assert not again.reused
    assert again.artifact.digest == clean.digest
    assert not {image.tobytes() for image in tested.images(np.arange(len(tested.rows)))} & set(seen)


def test_a_copy_is_learned_from_only_where_its_parent_is_and_judges_nothing():
    rows = pd.DataFrame(
        {"fold": pd.array([0, 1, 0, 1, None], dtype="Int64"), "origin": ["original"] * 2 + ["copy"] * 2 + ["original"]}
    )
    learned, judged = divide_by_fold(rows, 0)
    assert learned.tolist() == [False, True, False, True, True]
    assert judged.tolist() == [True, False, False, False, False]


def test_folds_share_no_group_and_judge_each_original_once(prepare):
    rows = open_examples(*prepare(CNN)).of("train", "validation").rows
    judged_in = np.zeros(len(rows), dtype=int)
    for fold in range(3):
        learned, judged = divide_by_fold(rows, fold)
        assert not set(rows["group_id"][learned]) & set(rows["group_id"][judged])
        judged_in += judged
    assert judged_in.tolist() == (rows["origin"] == "original").astype(int).tolist()
    assert (rows["origin"] == "copy").any()


def test_steps_are_told_epoch_by_epoch_and_the_value_is_the_mean_of_the_folds(prepare, workshop):
    told = []
    made = prepare(CNN)
    plan = TrialPlan(2, watch=lambda step, value: told.append((step, value)))
    artifact = workshop.carry_out(TRIAL, *made, material=plan).artifact
    found = artifact.read_json("trial.json")
    assert [step for step, _ in told] == [0, 1, 2, 3]
    assert all(0 <= value <= 1 for _, value in told)
    assert found["value"] == pytest.approx(sum(found["folds"]) / 2)
    assert artifact.summary["value"] == found["value"]
    unwatched = workshop.carry_out(TRIAL, *made, material=TrialPlan(2))
    assert unwatched.reused  # who watches changes nothing


def test_a_pruned_trial_leaves_no_artifact_and_no_checkpoint_a_cut_off_one_goes_on(prepare, workshop):
    made, told = prepare(CNN), []

    def stop(problem):
        def watch(step, value):
            told.append(step)
            if step == 1:
                raise problem

        return TrialPlan(2, watch=watch)

    with pytest.raises(Pruned):
        workshop.carry_out(TRIAL, *made, material=stop(Pruned()))
    home = workshop.store.home
    assert list((home / "unfinished").rglob("state.npz")) == []
    assert list((home / "artifacts").glob("trial/*")) == []
    with pytest.raises(KeyboardInterrupt):
        workshop.carry_out(TRIAL, *made, material=stop(KeyboardInterrupt()))
    told.clear()
    artifact = workshop.carry_out(TRIAL, *made, material=TrialPlan(2, watch=lambda step, _: told.append(step))).artifact
    assert told == [2, 3]  # both epochs of the first fold were there
    assert len(artifact.read_json("trial.json")["folds"]) == 2


def test_trials_of_a_head_pass_no_picture_twice_and_share_features_with_a_run(prepare, workshop, seen):
    made = prepare(HEAD)
    workshop.carry_out(TRIAL, *made, material=TrialPlan(3))
    assert "feature-shard" in workshop.built
    seen.clear()
    workshop.built.clear()
    told, values = [], []
    for options in ({"loss": "cross_entropy"}, {"head": {"kind": "mlp", "hidden": 4}, "epochs": 2}):
        workshop.config = PipelineConfig.model_validate({**SECTIONS, "train": HEAD | options})
        plan = TrialPlan(3, watch=lambda step, _: told.append(step))
        values.append(workshop.carry_out(TRIAL, *made, material=plan).artifact.summary["value"])
    workshop.carry_out(TRAIN, *made)
    assert (workshop.built, seen) == (["trial", "trial", "train"], [])
    assert told == [0, 1, 2, 0, 1, 2]
    assert values[0] > 1 / 6  # better than chance: the colours of the six classes tell them apart


def test_a_fold_without_an_image_is_told(prepare, workshop):
    with pytest.raises(
        ModelError, match=r"^tune\.folds: fold 3 or what is beside it has no image; lower split\.folds$"
    ):
        workshop.carry_out(TRIAL, *prepare(CNN), material=TrialPlan(4))


def test_a_plan_is_known_by_its_folds_and_not_by_who_watches():
    assert TrialPlan(2).digest == dataclasses.replace(TrialPlan(2), watch=print).digest != TrialPlan(3).digest
