"""Studies in a folder of their own."""

import pytest

from melanoma.config.tune import Dimension, TuneConfig

SPACE = {
    "train.learning_rate": Dimension(low=1e-4, high=1e-2, log=True),
    "train.epochs": Dimension(low=1, high=9, step=2),
    "balance.mode": Dimension(choices=("none", "fill")),
}


@pytest.fixture
def space():
    """Three dimensions, one of each kind."""
    return SPACE


@pytest.fixture
def open_place(tmp_path):
    """Return a function that opens the same study again and again."""
    from melanoma.tuning.study import StudyPlace, open_study

    return lambda **settings: open_study(StudyPlace("tune-x", tmp_path, TuneConfig(**settings)))
