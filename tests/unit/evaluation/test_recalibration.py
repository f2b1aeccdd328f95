"""Slope and intercept agree with scikit-learn's unpenalised logistic regression, for every weighting."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from melanoma.evaluation.recalibration import ask, centred_interval, fit_intercepts, fit_slopes


@pytest.fixture
def drawn():
    """400 events drawn from logit p = 0.5 + 0.6 * logit(stated)."""
    random = np.random.default_rng(3)
    logits = random.normal(-1, 1.5, 400)
    return ask(expit(logits), random.random(400) < expit(0.5 + 0.6 * logits))


def test_the_slope_is_that_of_logistic_regression_in_every_weighting(drawn):
    weights = np.random.default_rng(1).integers(0, 3, (5, 400)).astype(float)
    expected = [
        LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(drawn.logits[:, None], drawn.events, one).coef_[0, 0]
        for one in weights
    ]
    assert fit_slopes(drawn, weights) == pytest.approx(expected, abs=1e-6)


def test_at_the_intercept_as_many_events_are_expected_as_there_are(drawn):
    weights = np.random.default_rng(1).integers(0, 3, (5, 400)).astype(float)
    for one, intercept in zip(weights, fit_intercepts(drawn, weights), strict=True):
        assert one @ expit(drawn.logits + intercept) == pytest.approx(one @ drawn.events, abs=1e-6)


def test_a_weighting_gives_what_it_gives_alone(drawn):
    weights = np.random.default_rng(2).integers(0, 4, (6, 400)).astype(float)
    alone = [fit_slopes(drawn, one[None])[0] for one in weights]
    assert fit_slopes(drawn, weights) == pytest.approx(alone, abs=1e-9)


@pytest.mark.parametrize(
    "events", [[False, False, True, True], [True, True, False, False], [False] * 4, [True] * 4]
)  # parted, parted the other way, one side only
def test_rows_that_a_line_parts_have_no_slope(events):
    question = ask(np.array([0.1, 0.2, 0.7, 0.8]), np.array(events))
    assert np.isnan(fit_slopes(question, np.ones((1, 4)))).all()


def test_equal_statements_have_no_slope_but_an_intercept():
    question = ask(np.full(4, 0.5), np.array([True, False, False, False]))
    assert np.isnan(fit_slopes(question, np.ones((1, 4)))).all()
    assert fit_intercepts(question, np.ones((1, 4))) == pytest.approx([np.log(0.25 / 0.75)])  # logit 1/4 - logit 1/2


def test_only_rows_with_weight_part_the_events_from_the_rest():
    question = ask(np.array([0.1, 0.9, 0.7, 0.8]), np.array([False, False, True, True]))
    weights = np.array([[1.0, 1, 1, 1], [1, 0, 1, 1]])
    assert np.isnan(fit_slopes(question, weights)).tolist() == [False, True]


def test_probabilities_of_0_and_1_that_are_wrong_still_have_a_slope():
    stated = np.array([0.0, 1.0, 0.0, 1.0, 0.3, 0.6])
    question = ask(stated, np.array([False, True, True, False, False, True]))
    assert np.isfinite(fit_slopes(question, np.ones((1, 6)))).all()


def test_one_side_only_has_no_intercept():
    question = ask(np.array([0.2, 0.4]), np.array([True, True]))
    assert np.isnan(fit_intercepts(question, np.ones((1, 2)))).all()


def test_the_interval_of_a_coefficient_is_rid_of_the_resamples_bias_and_deaf_to_a_resample_without_bound():
    draws = np.random.default_rng(4).normal(1.2, 0.1, 2000)  # the value is 1, so each is 0.2 too far out
    low, high = centred_interval(1.0, draws)
    assert (low, high) == pytest.approx((0.8 - 1.96 * 0.1, 1.0), abs=0.02)  # 0.8 + 0.196 is short of the value
    assert centred_interval(1.0, np.append(draws, 1e6)) == pytest.approx((low, high), abs=0.002)
