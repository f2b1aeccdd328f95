"""What a training says of itself: which step was kept, and which figure on validation rows chose it."""

import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.stages.files import HISTORY
from melanoma.stages.table import BALANCE, INGEST, SPLIT, TRAIN

pytestmark = pytest.mark.xdist_group("tensorflow")
SECTIONS = {
    "ingest": {"size_px": 32, "shard_images": 20},
    "balance": {"mode": "none"},
    "split": {"validation_share": 0.3, "calibration_share": 0.2, "folds": 3},
}
SCRATCH = {"network": "cnn", "method": "scratch", "epochs": 2, "precision": "float32"}
HEAD = {"network": "tiny", "method": "head"}
PERCEPTRON = {"kind": "mlp", "hidden": 4}


@pytest.fixture
def say(workshop, image_folder, audited):
    """Return a function that trains with some options, and returns the stage's summary, which the history is like."""

    def stages(train):
        workshop.config = PipelineConfig.model_validate({**SECTIONS, "train": train})
        ingest = workshop.make(INGEST, material=list_sources([image_folder]))
        balance = workshop.make(BALANCE, ingest, workshop.make(SPLIT, ingest, audited(ingest)))
        trained = workshop.make(TRAIN, ingest, balance)
        assert trained.read_json(HISTORY)["chosen_by"] == trained.summary["chosen_by"]
        return trained.summary

    return stages


@pytest.mark.parametrize(
    ("options", "kept", "chosen_by"),
    [
        ({}, "best epoch", "loss"),
        ({"early_stopping": False}, "last epoch of 2", None),
    ],
)
def test_a_network_is_chosen_by_its_loss_unless_the_last_epoch_is_kept(say, options, kept, chosen_by):
    said = say(SCRATCH | options)
    assert said["kept"].startswith(kept)
    assert said["chosen_by"] == chosen_by
    assert (said["method"], said["members"]) == ("scratch", 1)
    assert said["training_images"] + said["validation_images"] < 36  # of 36 outside test some are for calibration


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize(
    ("options", "kept", "chosen_by"),
    [
        ({}, "best of 7: l2", "balanced_brier"),
        ({"head": {"choose": "cross_entropy"}}, "best of 7: l2", "balanced_loss"),
        ({"head": {"choose": "balanced_accuracy"}}, "best of 7: l2", "balanced_accuracy"),
        ({"early_stopping": False}, "best of 7: l2", "balanced_brier"),  # of strengths one is chosen anyway
        ({"head": PERCEPTRON, "epochs": 2}, "best epoch", "balanced_brier"),
        ({"head": PERCEPTRON, "epochs": 2, "early_stopping": False}, "last epoch of 2", None),
    ],
)
def test_a_head_is_chosen_by_what_was_asked_for(say, options, kept, chosen_by):
    said = say(HEAD | options)
    assert said["kept"].startswith(kept)
    assert said["chosen_by"] == chosen_by
    assert chosen_by is None or f"val_{chosen_by}" in said["best"]


@pytest.mark.usefixtures("seen")
def test_of_several_networks_the_number_is_said_and_what_the_first_was_chosen_by(say):
    said = say(HEAD | {"members": 3, "members_over": "folds"})
    assert said["members"] == 3
    assert 0 < said["validation_images"] < said["training_images"]
