"""The distance is Mahalanobis', agrees with SciPy, and does not explode where a measure never varied."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import mahalanobis

from melanoma.data.measures.appearance import COLUMNS
from melanoma.evaluation.unlikeness import (
    Usual,
    describe_usual,
    find_oddest,
    has_measures,
    measure_distance,
    read_usual,
    take_measures,
)

SIZE = len(COLUMNS)
LEAST = np.where(np.arange(SIZE) < 6, 2.55, 0.01)  # a hundredth of 255 grey levels, or of a share


def draw(count=400, seed=1):
    """Return measures that vary by twenty times the least deviation, and go together."""
    random = np.random.default_rng(seed)
    mixing = np.eye(SIZE) + 0.2 * random.normal(size=(SIZE, SIZE))
    return (random.normal(size=(count, SIZE)) @ mixing) * LEAST * 20


def test_distances_are_those_of_scipy():
    measures, new = draw(), draw(20, seed=2)
    inverse = np.linalg.inv(np.cov(measures.T) + np.diag(LEAST**2))
    expected = [mahalanobis(row, measures.mean(axis=0), inverse) for row in new]
    np.testing.assert_allclose(measure_distance(new, describe_usual(measures)), expected, rtol=1e-9)


def test_the_mean_itself_is_at_distance_nought():
    usual = describe_usual(draw())
    assert measure_distance(usual.mean[None], usual) == pytest.approx([0])


def test_a_measure_that_never_varied_counts_by_a_hundredth_of_its_scale():
    measures = draw()
    measures[:, 10] = 0  # green_share
    usual = describe_usual(measures)
    new = usual.mean.copy()
    new[10] = 0.03
    assert measure_distance(new[None], usual) == pytest.approx([3], rel=1e-6)  # 0.03 / 0.01
    assert find_oddest(new[None], usual) == ["green_share"]


def test_it_is_the_same_once_written_and_read():
    usual = describe_usual(draw())
    again = read_usual(usual.to_json())
    assert isinstance(again, Usual)
    np.testing.assert_array_equal(measure_distance(draw(5), again), measure_distance(draw(5), usual))


def test_rows_without_measures_have_none():
    rows = pd.DataFrame(draw(3), columns=list(COLUMNS))
    assert has_measures(take_measures(rows)).all()
    rows.loc[1, "sharpness"] = np.nan
    assert has_measures(take_measures(rows)).tolist() == [True, False, True]
    assert not has_measures(take_measures(rows.drop(columns="contrast"))).any()
