import numpy as np
import pytest
import sklearn.metrics as oracle

from melanoma.evaluation.bootstrap import measure
from melanoma.evaluation.figure import Figure, NotEvaluated
from melanoma.evaluation.interval import wilson_interval
from melanoma.evaluation.operating_point import (
    OperatingPoint,
    choose_operating_point,
    count_called,
    find_threshold,
    number_needed_to_biopsy,
    operating_point_metrics,
)
from melanoma.evaluation.sample import Sample, whole_sample
from melanoma.evaluation.scored_rows import ScoredRows

MELANOMA = 0
AT = OperatingPoint(0.4, 0.95)


def score_melanoma(probability, truth):
    """Return rows of two classes; truth 0 is melanoma."""
    chance = np.asarray(probability, dtype=float)
    probabilities = np.stack([chance, 1 - chance], axis=1)
    return ScoredRows(
        ("melanoma", "nevus"), np.asarray(truth), probabilities.argmax(axis=1), probabilities, np.arange(len(chance))
    )


def values(rows, point=AT):
    return {
        metric.name: float(metric.function(whole_sample(rows))[0]) for metric in operating_point_metrics(rows, point)
    }


def test_nineteen_of_twenty_reach_ninety_five_percent():
    scores = np.arange(1, 21) / 20
    assert find_threshold(scores, 0.95) == 0.10  # 0.10, 0.15, ..., 1.00 are 19 scores, and 19 / 20 = 0.95


def test_equal_scores_are_found_together():
    assert find_threshold(np.array([0.3, 0.3, 0.3, 0.9]), 0.5) == 0.3


@pytest.mark.parametrize("target", [0.1, 0.5, 0.9, 0.95, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_no_higher_threshold_reaches_the_target(target, seed):
    scores = np.random.default_rng(seed).integers(0, 30, 37) / 30
    threshold = find_threshold(scores, target)
    assert (scores >= threshold).mean() >= target
    assert (scores > threshold).mean() < target


def test_without_melanomas_there_is_no_threshold():
    assert choose_operating_point(score_melanoma([0.2], [1]), 0.95) is None


@pytest.mark.parametrize("seed", range(3))
def test_the_figures_agree_with_scikit_learn_under_any_weights(seed, make_rows):
    rows = make_rows(seed)
    weights = np.random.default_rng(seed).integers(0, 4, 60).astype(float)
    truth, called = rows.truth == MELANOMA, rows.probabilities[:, MELANOMA] >= AT.threshold
    options = {"sample_weight": weights}
    right_found = (weights * (truth & called)).sum() / weights.sum()
    in_vain = (weights * (~truth & called)).sum() / weights.sum()
    share = (weights * truth).sum() / weights.sum()
    expected = {
        "sensitivity": oracle.recall_score(truth, called, **options),
        "specificity": oracle.recall_score(~truth, ~called, **options),
        "ppv": oracle.precision_score(truth, called, **options),
        "npv": oracle.precision_score(~truth, ~called, **options),
        "net_benefit": right_found - in_vain * 0.4 / 0.6,
        "net_benefit_of_biopsying_all": share - (1 - share) * 0.4 / 0.6,
    }
    for metric in operating_point_metrics(rows, AT):
        found = metric.function(Sample(rows, weights[None]))
        assert found == pytest.approx(expected[metric.name], abs=1e-9), metric.name


def test_net_benefit_agrees_with_the_formula_by_hand():
    # 10 lesions, 2 melanomas, both called, and 3 others: 2/10 - 3/10 * 0.2/0.8 = 0.125; of all: 0.2 - 0.8 / 4 = 0.
    rows = score_melanoma([0.9, 0.5, 0.3, 0.2, 0.2, *[0.1] * 5], [0, 0, *[1] * 8])
    found = values(rows, OperatingPoint(0.2, 0.95))
    assert found["net_benefit"] == pytest.approx(0.125)
    assert found["net_benefit_of_biopsying_all"] == pytest.approx(0)


def test_at_threshold_zero_the_rule_is_to_biopsy_all():
    found = values(score_melanoma([0.9, 0.1, 0.0], [0, 1, 1]), OperatingPoint(0.0, 1.0))
    assert found["net_benefit"] == found["net_benefit_of_biopsying_all"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("truth", [[0, 1, 1], [0, 0, 0]])
def test_at_threshold_one_there_is_no_net_benefit(truth):
    found = values(score_melanoma([1.0, 0.1, 0.2], truth), OperatingPoint(1.0, 0.1))
    assert np.isnan([found["net_benefit"], found["net_benefit_of_biopsying_all"]]).all()


def test_a_harm_is_a_negative_benefit_with_an_interval_that_holds_it():
    rows = score_melanoma([*[0.5] * 40, *[0.9] * 10], [*[1] * 45, *[0] * 5])  # 5 of 50 found, 45 in vain
    metrics = operating_point_metrics(rows, OperatingPoint(0.5, 0.95))
    figure = measure(rows, metrics, 200, 1)["net_benefit"][0]
    assert figure.value == pytest.approx(5 / 50 - 45 / 50)
    assert -1 <= figure.interval[0] < figure.value < figure.interval[1] < 0
    assert (figure.n, figure.events) == (50, 5)


def test_of_few_lesions_the_net_benefit_is_a_proportion_between_its_ends():
    rows = score_melanoma([0.9, 0.1, 0.1, 0.1], [0, 1, 1, 1])  # one of four found, none in vain
    figure = measure(rows, operating_point_metrics(rows, OperatingPoint(0.5, 0.95)), 200, 1)["net_benefit"][0]
    low, high = wilson_interval((0.25 + 1) / 2, 4)  # between -1, all in vain at odds 1, and 1
    assert figure.interval == pytest.approx((2 * low - 1, 2 * high - 1))


def test_events_are_the_melanomas_among_the_rows_of_a_figure():
    rows = score_melanoma([0.9, 0.8, 0.1, 0.9, 0.1, 0.1, 0.1], [0, 0, 0, 1, 1, 1, 1])
    found = measure(rows, operating_point_metrics(rows, AT), 100, 1)
    assert {name: (figure.n, figure.events) for name, (figure,) in found.items()} == {
        "sensitivity": (3, 3),
        "specificity": (4, 4),
        "ppv": (3, 2),
        "npv": (4, 1),
        "net_benefit": (7, 3),
        "net_benefit_of_biopsying_all": (7, 3),
    }


def test_where_nothing_or_all_is_called_one_predictive_value_is_absent():
    rows = score_melanoma([0.9, 0.8, 0.7], [0, 1, 1])
    assert np.isnan(values(rows)["npv"])
    none = measure(rows, operating_point_metrics(rows, OperatingPoint(0.95, 0.95)), 100, 1)
    assert none["ppv"][0] == NotEvaluated("no row is called melanoma")
    assert count_called(rows, OperatingPoint(0.75, 0.95)) == 2
    assert number_needed_to_biopsy(none["ppv"][0], 0.0) == NotEvaluated("no row is called melanoma")


def test_the_number_needed_to_biopsy_turns_ppv_and_its_ends_round():
    found = number_needed_to_biopsy(Figure(0.4, (0.2, 0.5), 80, "bootstrap", 32), 80)
    assert (found.value, found.interval) == (pytest.approx(2.5), pytest.approx((2.0, 5.0)))
    assert (found.n, found.events) == (80, 32)


def test_the_number_needed_to_biopsy_has_an_end_where_resamples_find_none():
    found = number_needed_to_biopsy(Figure(0.1, (0.0, 0.3), 10, "bootstrap", 1), 10)
    assert found.interval == pytest.approx((1 / 0.3, 1 / wilson_interval(0.1, 10)[0]))
    assert found.method == "1 / PPV, its interval: bootstrap; its low end by Wilson's score interval"


def test_no_number_of_biopsies_is_enough_where_none_called_is_a_melanoma():
    found = number_needed_to_biopsy(Figure(0.0, (0.0, 0.3), 10, "Wilson", 0), 10)
    assert found == NotEvaluated("no row that is called melanoma is one, so that no number of biopsies is enough")
