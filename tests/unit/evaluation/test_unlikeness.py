"""The distance is that of a plain search, and does not explode where a measure never varied."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

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


def test_distances_are_mahalanobis_to_the_fifth_nearest_of_the_known_pictures():
    measures, new = draw(), draw(20, seed=2)
    inverse = np.linalg.inv(np.cov(measures.T) + np.diag(LEAST**2))
    expected = np.sort(cdist(new, measures, "mahalanobis", VI=inverse), axis=1)[:, 4]
    # Places are kept to four decimals: twelve of them are off by less than sqrt(12) * 0.00005.
    np.testing.assert_allclose(measure_distance(new, describe_usual(measures)), expected, atol=2e-4)


def test_a_picture_like_five_known_ones_is_at_distance_nought():
    measures = draw()
    measures[:5] = measures[0]
    measures[5:9] = measures[5]
    found = measure_distance(measures[[0, 5]], describe_usual(measures))
    assert found[0] == pytest.approx(0, abs=2e-4)
    assert found[1] > 0.5


def test_a_measure_that_never_varied_counts_by_a_hundredth_of_its_scale():
    measures = draw()
    measures[:5] = measures[0]
    measures[:, 10] = 0  # green_share
    new = measures[0].copy()
    new[10] = 0.03
    usual = describe_usual(measures)
    assert measure_distance(new[None], usual) == pytest.approx([3], abs=2e-4)  # 0.03 / 0.01


def test_the_oddest_measure_is_the_one_furthest_from_its_mean_in_its_own_deviations():
    measures = draw()
    usual = describe_usual(measures)
    new = np.stack([measures.mean(axis=0)] * 2)
    new[0, 3] += 5 * measures[:, 3].std()
    new[1, 9] -= 5 * measures[:, 9].std()
    assert find_oddest(new, usual) == [COLUMNS[3], COLUMNS[9]]


def test_no_more_than_five_hundred_pictures_are_kept_from_first_to_last():
    measures = draw(1300)
    usual = describe_usual(measures)
    assert len(usual.known) == 500
    np.testing.assert_allclose(usual.known[[0, -1]], usual.place(measures[[0, -1]]), atol=1e-4)


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
