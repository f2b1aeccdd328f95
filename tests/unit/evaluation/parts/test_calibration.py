"""A planted fault of calibration is found, and none where none was planted."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.parts.calibration import evaluate_calibration
from melanoma.evaluation.scored_rows import ScoredRows


def two_classes(split, melanoma, truth):
    """The same split with melanoma against nevus."""
    stated = np.stack([melanoma, 1 - melanoma], axis=1)
    rows = ScoredRows(("melanoma", "nevus"), truth, stated.argmax(axis=1), stated, np.arange(len(truth)))
    return replace(split, rows=rows)


def plant(split, slope, intercept, seed=5, size=2000):
    """Draw melanomas from logit p = intercept + slope * logit(stated)."""
    random = np.random.default_rng(seed)
    stated = expit(random.normal(-0.5, 1.5, size))
    return two_classes(split, stated, (random.random(size) >= expit(intercept + slope * logit(stated))).astype(int))


def test_calibrated_probabilities_have_intervals_that_hold_slope_1_and_intercept_0(draw_split):
    found = evaluate_calibration(draw_split(size=2000, seed=2), {})["melanoma"]
    assert found["slope"].interval[0] < 1 < found["slope"].interval[1]
    assert found["intercept"].interval[0] < 0 < found["intercept"].interval[1]


@pytest.mark.parametrize(("slope", "intercept"), [(0.5, 0.0), (1.6, 0.0), (1.0, 0.8), (1.0, -0.8)])
def test_a_planted_slope_or_intercept_is_found_and_the_right_value_is_shut_out(slope, intercept, draw_split):
    split = plant(draw_split(), slope, intercept)
    found = evaluate_calibration(split, {})["melanoma"]
    name, planted, right = ("slope", slope, 1) if slope != 1 else ("intercept", intercept, 0)
    low, high = found[name].interval
    assert low < planted < high
    assert not low <= right <= high
    assert (found["n"], found["events"]) == (2000, (split.rows.truth == 0).sum())


def test_rows_of_one_lesion_make_the_interval_wider(draw_split):
    one = evaluate_calibration(draw_split(size=600, per_lesion=1, seed=4), {})["melanoma"]["slope"]
    six = evaluate_calibration(draw_split(size=600, per_lesion=6, seed=4), {})["melanoma"]["slope"]
    assert six.interval[1] - six.interval[0] > 1.5 * (one.interval[1] - one.interval[0])  # sqrt(6) = 2.4 is expected


def test_the_marks_hold_all_rows_and_the_share_right_of_each(draw_split):
    split = draw_split(size=310)
    bins = evaluate_calibration(split, {})["bins"]
    assert list(bins) == [f"{k:02d}" for k in range(1, 16)]
    assert sorted(entry["n"] for entry in bins.values()) == [20] * 5 + [21] * 10  # 310 = 5 * 20 + 10 * 21
    order = np.argsort(split.rows.probabilities.max(axis=1))
    first = order[:21]
    assert bins["01"]["confidence"] == pytest.approx(split.rows.probabilities.max(axis=1)[first].mean())
    assert bins["01"]["right"].value == pytest.approx((split.rows.truth == split.rows.predicted)[first].mean())
    for entry in bins.values():
        assert entry["right"].interval[0] <= entry["right"].value <= entry["right"].interval[1]


def test_a_small_split_has_few_marks(draw_split):
    assert len(evaluate_calibration(draw_split(size=50), {})["bins"]) == 3  # 50 // 15


def test_few_melanomas_give_a_reason_in_place_of_a_line(draw_split):
    split = draw_split(size=30)
    stated = np.full(30, 0.3)
    few = two_classes(split, stated, (np.arange(30) >= 9).astype(int))
    reason = "the split has 9 lesions of melanoma and 21 others; 10 of each are needed"
    assert evaluate_calibration(few, {})["melanoma"] == NotEvaluated(reason)


def test_parted_rows_have_an_intercept_but_no_slope(draw_split):
    truth = (np.arange(40) >= 20).astype(int)
    parted = two_classes(draw_split(), np.where(truth == 0, 0.9, 0.2), truth)
    found = evaluate_calibration(parted, {})["melanoma"]
    assert found["slope"].reason == "one probability parts melanoma from the rest, so that the best slope has no bound"
    assert found["intercept"].interval[0] < found["intercept"].value < found["intercept"].interval[1]


def test_without_melanoma_among_the_classes_there_is_a_reason(draw_split):
    split = draw_split()
    split = replace(split, rows=replace(split.rows, classes=("dermatofibroma", "nevus", "vascular lesion")))
    assert evaluate_calibration(split, {})["melanoma"] == NotEvaluated("melanoma is not among the classes")
