"""The figures of a search draw any study, and equal studies give equal bytes."""

import pytest

from melanoma.config.tune import Dimension
from melanoma.reporting.figures.search_coordinates import cut_name, draw_search_coordinates
from melanoma.reporting.figures.search_history import draw_search_history
from melanoma.reporting.figures.search_importance import draw_search_importance
from melanoma.reporting.search_record import COMPLETE, FAILED, PRUNED, SearchRecord, TrialRow

SPACE = {
    "train.learning_rate": Dimension(low=1e-4, high=1e-2, log=True),
    "train.epochs": Dimension(low=1, high=9),
    "train.network": Dimension(choices=("cnn", "$x$ _a_ network of a very long name")),
    "train.loss": Dimension(choices=("focal",)),
}
VALUES = {"train.learning_rate": 1e-3, "train.epochs": 5, "train.network": "cnn", "train.loss": "focal"}


def record_of(*trials):
    rows = tuple(TrialRow(n, state, VALUES, value, folds) for n, (state, value, folds) in enumerate(trials))
    return SearchRecord("0", "set", "cnn", "tune-x", SPACE, rows, {}, "")


ONE = record_of((COMPLETE, 0.5, (0.5,)))
MIXED = record_of(
    (FAILED, None, ()), (COMPLETE, 0.5, (0.4, 0.6)), (PRUNED, 0.1, ()), (COMPLETE, 0.7, (0.7, 0.7)), (PRUNED, None, ())
)


@pytest.mark.parametrize("record", [ONE, MIXED])
@pytest.mark.parametrize("draw", [draw_search_history, draw_search_coordinates])
def test_a_figure_is_a_png_that_does_not_vary(record, draw):
    assert draw(record, dpi=40).startswith(b"\x89PNG")
    assert draw(record, dpi=40) == draw(record, dpi=40)


def test_importance_is_drawn():
    assert draw_search_importance({"train.loss": 0.7, "train.epochs": 0.3}, dpi=40).startswith(b"\x89PNG")


def test_the_best_is_the_highest_and_of_equals_the_first():
    assert MIXED.best.number == 3
    assert record_of((COMPLETE, 0.5, (0.5,)), (COMPLETE, 0.5, (0.5,))).best.number == 0
    assert [trial.number for trial in MIXED.by_value] == [3, 1, 2, 4, 0]


def test_long_names_fit_between_two_axes():
    assert cut_name("efficientnet_lite0+efficientnet_lite1") == "efficient…lite1"
    assert cut_name("cnn") == "cnn"
