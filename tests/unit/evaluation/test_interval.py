import numpy as np
import pytest
import scipy.stats
from scipy.stats import binomtest

from melanoma.evaluation.interval import (
    difference_interval,
    logit_interval,
    percentile_interval,
    widen_interval,
    wilson_interval,
)


@pytest.mark.parametrize(("hits", "count"), [(0, 1), (0, 12), (3, 7), (12, 12), (60, 100)])
def test_wilson_agrees_with_scipy(hits, count):
    expected = binomtest(hits, count).proportion_ci(method="wilson")
    assert wilson_interval(hits / count, count) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_percentile_interval_leaves_a_fortieth_at_each_end():
    assert percentile_interval(np.arange(1001) / 1000) == pytest.approx((0.025, 0.975))


def test_the_difference_agrees_with_the_worked_example_of_newcombe():
    # Newcombe 1998, table II, (a): 56/70 - 48/80 = 0.2000, method 10 gives 0.0524 to 0.3339.
    first = (56 / 70, wilson_interval(56 / 70, 70))
    second = (48 / 80, wilson_interval(48 / 80, 80))
    assert difference_interval(first, second) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_the_interval_on_the_logits_scale_is_that_of_its_formula():
    share, spread, lesions = 0.8, 0.05, 12.0
    half = scipy.stats.t.ppf(0.975, 11) * spread / (share * (1 - share))
    ends = [1 / (1 + np.exp(-(np.log(share / (1 - share)) + sign * half))) for sign in (-1, 1)]
    assert logit_interval(share, spread, lesions) == pytest.approx(ends, abs=1e-12)
    assert ends[0] < 0.8 - (ends[1] - 0.8) < 0.8, "it reaches further towards the middle"


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99, 0.995])
def test_an_interval_at_another_level_is_that_of_the_same_normal_spread(level):
    at_95, expected = (scipy.stats.norm.interval(each, 0.3, 0.1) for each in (0.95, level))
    assert widen_interval(0.3, at_95, level) == pytest.approx(expected, abs=1e-12)


def test_a_lopsided_interval_stays_as_lopsided_at_another_level():
    low, high = widen_interval(0.9, (0.7, 0.95), 0.99)
    assert (0.9 - low) / (high - 0.9) == pytest.approx(4.0)
