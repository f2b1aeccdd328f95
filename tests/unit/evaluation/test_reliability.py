"""Bins of equally many rows."""

import numpy as np
from scipy.special import softmax

from melanoma.evaluation.reliability import bin_rows


def test_the_same_probabilities_in_another_order_share_a_bin_though_scaling_rounds_them_otherwise():
    random = np.random.default_rng(0)
    scaled = random.normal(size=9) / 1.7
    confidence = np.array([softmax(random.permutation(scaled)).max() for _ in range(60)])
    assert len(np.unique(confidence)) > 1, "they must differ in the last digits"
    assert len(np.unique(bin_rows(confidence, 15))) == 1


def test_confidences_that_differ_by_more_than_rounding_are_told_apart():
    assert bin_rows(np.array([0.5, 0.5 + 1e-11]), 2).tolist() == [0, 1]
