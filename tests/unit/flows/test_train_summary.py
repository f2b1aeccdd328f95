"""What `melanoma train` says of a training, and what it says that the figures are not."""

import pytest

from flows.train_summary import describe_training

FOUND = {
    "run_id": "one",
    "network": "cnn",
    "method": "scratch",
    "members": 1,
    "precision": "float32",
    "parameters": 12345,
    "training_images": 1200,
    "validation_images": 90,
    "kept": "best epoch 2 of 3",
    "chosen_by": "loss",
    "validation": {"loss": 0.91, "accuracy": 0.6},
    "validation_with_relative_in_training": 0.0,
    "state": "Completed",
    "seconds": 3.21,
    "made_by": "one",
    "curves": "/home/figure.png",
    "model": "/home/runs/one/model.keras",
}


def test_network_figures_and_places_are_told_and_that_the_figures_chose():
    assert describe_training(FOUND).splitlines() == [
        "",
        "network:    cnn, method scratch, 12,345 parameters, float32",
        "trained on: 1,200 images, copies included, in 3.2 s",
        "kept:       best epoch 2 of 3",
        "validation: loss 0.910, accuracy 0.600, n = 90",
        "            chosen by this loss; no interval, and no measure of the model",
        "melanoma:   no operating point, which a run freezes; melanoma predict --model one gives probabilities and no "
        "decision",
        "next:       melanoma run with the same options reuses this training, and evaluates it on test images",
        "curves:     /home/figure.png",
        "model:      /home/runs/one/model.keras",
    ]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"chosen_by": None}, "            the last epoch is kept, whatever these are; no interval"),
        ({"chosen_by": "balanced_accuracy"}, "            chosen by this balanced accuracy; no interval"),
        ({"chosen_by": "balanced_brier"}, "            chosen by this balanced Brier score; no interval"),
        ({"validation": {}}, "validation: there are no validation images"),
        ({"members": 3}, "validation: loss 0.910, accuracy 0.600, n = 90, of the first of 3 networks"),
        ({"state": "Cached"}, "trained on: 1,200 images, copies included, in 3.2 s, reused from run one"),
        ({"validation_with_relative_in_training": 0.895}, "            89.5% of validation images have a relative"),
    ],
)
def test_what_is_special_about_a_training_is_said(change, line):
    assert any(said.startswith(line) for said in describe_training(FOUND | change).splitlines())
