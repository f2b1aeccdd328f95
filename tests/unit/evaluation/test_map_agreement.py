import numpy as np
import pytest
from scipy.stats import spearmanr

from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.map_agreement import compare_maps


def random_maps(count=5, seed=0):
    return np.random.default_rng(seed).normal(size=(count, 6, 6)).astype(np.float32)


def test_a_map_agrees_with_itself_and_with_itself_in_other_units():
    maps = random_maps()
    assert compare_maps(maps, maps).value == pytest.approx(1)
    assert compare_maps(maps, 3 * maps).value == pytest.approx(1)


def test_the_value_is_the_mean_of_scipys_rank_correlations_of_what_is_shown():
    one, other = random_maps(), random_maps(seed=1)
    expected = [
        spearmanr(np.maximum(a, 0).ravel(), np.maximum(b, 0).ravel()).statistic for a, b in zip(one, other, strict=True)
    ]
    figure = compare_maps(one, other)
    assert figure.value == pytest.approx(np.mean(expected))
    # Student's 97.5 % quantile of 4 degrees of freedom is 2.776
    assert figure.interval[1] - figure.value == pytest.approx(2.776 * np.std(expected, ddof=1) / 5**0.5, rel=1e-3)
    assert figure.n == 5


def test_maps_without_heat_are_left_out_and_told():
    one, other = random_maps(), random_maps(seed=1)
    other[2] = -1
    figure = compare_maps(one, other)
    assert figure.n == 4
    assert figure.method.endswith("; 1 of 5 pictures left out, because a map is empty")


def test_one_picture_gives_no_figure():
    assert compare_maps(random_maps(1), random_maps(1)) == NotEvaluated(
        "1 of 1 pictures have two maps that vary; two are needed"
    )
