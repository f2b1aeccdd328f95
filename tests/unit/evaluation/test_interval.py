import numpy as np
import pytest
import scipy.stats
from scipy.stats import binomtest

from melanoma.evaluation.interval import difference_interval, logit_interval, percentile_interval, wilson_interval


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
