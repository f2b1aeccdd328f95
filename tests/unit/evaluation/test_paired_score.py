"""Score intervals of paired shares: published values, an independent formula, and what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from melanoma.evaluation.paired_score import PairedShares, mean_interval, paired_share_interval


# Newcombe 1998, table II, method 10: both, only the first, only the second, neither.
@pytest.mark.parametrize(
    ("counts", "expected"),
    [((36, 12, 2, 0), (0.0569, 0.3404)), ((36, 14, 0, 0), (0.1528, 0.4167))],
)
def test_the_published_intervals_are_found_again(counts, expected):
    both, first, second, _ = counts
    shares = PairedShares(both / 50, first / 50, second / 50, 50)
    assert paired_share_interval(shares) == pytest.approx(expected, abs=5e-4)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_swapping_the_networks_mirrors_the_interval_and_it_holds_the_value(pairs):
    first, second = (np.array(column) for column in zip(*pairs, strict=True))
    shares = PairedShares.count(first, second, len(pairs))
    low, high = paired_share_interval(shares)
    mirrored = paired_share_interval(PairedShares.count(second, first, len(pairs)))
    assert -1 <= low < high <= 1
    assert low <= first.mean() - second.mean() <= high
    assert mirrored == pytest.approx((-high, -low))


def test_one_diagnosis_is_its_own_mean():
    shares = PairedShares(0.5, 0.25, 0.0, 40)
    assert mean_interval([shares]) == pytest.approx(paired_share_interval(shares))


def test_equal_diagnoses_shrink_the_interval_by_the_square_root_of_their_number():
    shares = PairedShares(0.5, 0.25, 0.0, 40)
    one, four = mean_interval([shares]), mean_interval([shares] * 4)
    assert 0.25 - four[0] == pytest.approx((0.25 - one[0]) / 2)


@pytest.mark.parametrize("lesions", [[1, 16, 16, 16, 16, 16, 16, 3], [5] * 7, [1] * 5])
def test_the_interval_holds_the_truth_as_often_as_it_says(lesions):
    random, truths = np.random.default_rng(1), np.random.default_rng(2).uniform(0.2, 0.8, (2, len(lesions)))
    held = 0
    for _ in range(400):
        alike = [random.random(n) for n in lesions]
        other = [
            np.where(random.random(n) < 0.3, same, random.random(n)) for n, same in zip(lesions, alike, strict=True)
        ]
        shares = [
            PairedShares.count(one < p, two < q, len(one)) for one, two, p, q in zip(alike, other, *truths, strict=True)
        ]
        low, high = mean_interval(shares)
        held += low <= float((truths[0] - truths[1]).mean()) <= high
    assert held / 400 > 0.91  # 0.95 less 3.7 standard deviations of 400 draws


def _draw(random, lesions, first, second):
    """Draw what two networks find that agree on hard lesions for three in ten."""
    hardness = random.random(lesions)
    other = np.where(random.random(lesions) < 0.3, hardness, random.random(lesions))
    return PairedShares.count(hardness < first, other < second, lesions)
