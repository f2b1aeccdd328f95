import numpy as np
import pytest

from melanoma.evaluation.operating_point import choose_operating_point, find_threshold
from melanoma.evaluation.scored_rows import ScoredRows


def test_nineteen_of_twenty_reach_ninety_five_percent():
    scores = np.arange(1, 21) / 20
    assert find_threshold(scores, 0.95) == 0.10  # 0.10, 0.15, ..., 1.00 are 19 scores, and 19 / 20 = 0.95


def test_equal_scores_are_found_together():
    assert find_threshold(np.array([0.3, 0.3, 0.3, 0.9]), 0.5) == 0.3


@pytest.mark.parametrize("target", [0.1, 0.5, 0.9, 0.95, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_no_higher_threshold_reaches_the_target(target, seed):
    scores = np.random.default_rng(seed).integers(0, 30, 37) / 30
    threshold = find_threshold(scores, target)
    assert (scores >= threshold).mean() >= target
    assert (scores > threshold).mean() < target


def test_without_melanomas_there_is_no_threshold():
    rows = ScoredRows(("melanoma", "nevus"), np.array([1]), np.array([1]), np.array([[0.2, 0.8]]), np.array([0]))
    assert choose_operating_point(rows, 0.95) is None
