import numpy as np
import pytest

from melanoma.training.standard_features import measure_standard


def features(seed=0, rows=5000):
    random = np.random.default_rng(seed)
    return (random.normal(0, 1, (rows, 3)) * (0.01, 2, 30) + (1000, -1, 0)).astype(np.float32)


def test_standardised_features_have_mean_0_and_deviation_1_also_far_from_0():
    given = features()
    measure_standard(given).apply(given)
    assert given.mean(axis=0) == pytest.approx(np.zeros(3), abs=0.01)
    assert given.std(axis=0) == pytest.approx(np.ones(3), abs=0.01)


def test_the_measures_are_numpys():
    given = features()
    standard = measure_standard(given)
    assert standard.mean == pytest.approx(given.astype(np.float64).mean(axis=0))
    assert standard.deviation == pytest.approx(given.astype(np.float64).std(axis=0))


def test_a_constant_feature_becomes_0():
    given = np.full((4, 1), 7, dtype=np.float32)
    measure_standard(given).apply(given)
    assert (given == 0).all()


def test_the_folded_layer_does_to_raw_features_what_the_layer_does_to_standardised_ones():
    raw = features(rows=50)[:, 1:]
    standard, random = measure_standard(raw), np.random.default_rng(1)
    kernel, bias = random.normal(0, 1, (2, 4)), random.normal(0, 1, 4)
    folded_kernel, folded_bias = standard.fold(kernel, bias)
    standardised = raw.copy()
    standard.apply(standardised)
    assert raw @ folded_kernel + folded_bias == pytest.approx(standardised @ kernel + bias, abs=1e-4)
