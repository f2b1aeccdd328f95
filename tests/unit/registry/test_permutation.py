"""The p of a permutation test against the count of all ways of dividing a small set."""

from itertools import combinations

import numpy as np
import pytest

from melanoma.registry.permutation import draw_sides


def test_each_division_has_as_many_new_rows_and_the_seed_decides_it():
    sides = draw_sides(3, 7, 5, 200)
    assert sides.permuted.shape == (200, 10)
    assert set(sides.permuted.sum(axis=1)) == {3}
    assert (sides.new, sides.old, sides.actual.tolist()) == (3, 7, [True] * 3 + [False] * 7)
    assert np.array_equal(sides.permuted, draw_sides(3, 7, 5, 200).permuted)
    assert not np.array_equal(sides.permuted, draw_sides(3, 7, 6, 200).permuted)


def test_p_is_the_share_of_all_divisions_that_differ_as_much():
    values = np.array([5.0, 9.0, 7.5, 1.0, 2.0, 6.0, 3.0, 4.0])
    found, p = draw_sides(3, 5, 1).measure(lambda new: np.where(new, values, 0).sum(axis=1))
    sums = [values[list(chosen)].sum() for chosen in combinations(range(8), 3)]
    assert found == 21.5
    assert p == pytest.approx(np.mean([total >= 21.5 for total in sums]), abs=0.01)


def test_p_is_never_nothing_and_equal_statistics_count():
    sides = draw_sides(2, 2, 1, 99)
    assert sides.measure(lambda new: new @ np.array([1.0, 1.0, -9.0, -9.0]) * (1 + 1e-12))[1] >= 1 / 100
    assert sides.measure(lambda new: np.full(len(new), 0.1) * 3)[1] == 1.0
