from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from melanoma.evaluation.bootstrap import measure, resample_groups
from melanoma.evaluation.interval import wilson_interval
from melanoma.evaluation.metric import all_metrics, independent_mean_effective, one_vs_rest_mean_effective
from melanoma.evaluation.metrics import balanced_accuracy, melanoma_auroc
from melanoma.evaluation.scored_rows import ScoredRows


def all_weights(groups, resamples=300, seed=1):
    return np.concatenate(list(resample_groups(np.asarray(groups), resamples, seed)))


def proportion_rows(hits, groups):
    """Return rows of two classes, truth all nevus but one, whose accuracy is the share of hits."""
    predicted = np.where(hits, 1, 0)
    probabilities = np.stack([1.0 - predicted, predicted], axis=1)
    return ScoredRows(("melanoma", "nevus"), np.ones(len(predicted), int), predicted, probabilities, np.asarray(groups))


def figure_of(rows, name, resamples=2000):
    return measure(rows, [metric for metric in all_metrics() if metric.name == name], resamples, 1)[name][0]


def accuracy_of(rows):
    return figure_of(rows, "accuracy")


def test_rows_of_one_lesion_are_drawn_together():
    groups = np.array([0, 1, 0, 2, 1, 0])
    weights = all_weights(groups)
    for group in range(3):
        assert (weights[:, groups == group] == weights[:, groups == group][:, :1]).all()


def test_each_resample_draws_as_many_lesions_as_there_are():
    weights = all_weights([0, 1, 2, 3])
    assert weights.shape == (300, 4)
    assert (weights.sum(axis=1) == 4).all()
    assert abs(weights.mean() - 1) < 1e-12
    assert len(np.unique(weights, axis=0)) > 20


def test_resamples_are_the_same_for_the_same_seed_and_others_for_another():
    groups = np.arange(50)
    assert (all_weights(groups, seed=4) == all_weights(groups, seed=4)).all()
    assert (all_weights(groups, seed=4) != all_weights(groups, seed=5)).any()


def test_memory_is_bounded_by_batches():
    batches = [weights.shape for weights in resample_groups(np.arange(20_000), 10, 1)]
    assert batches == [(3, 20_000)] * 3 + [(1, 20_000)]  # 2^16 // 20,000 = 3 resamples at a time


def test_the_interval_of_independent_rows_is_that_of_a_proportion():
    figure = accuracy_of(proportion_rows(np.arange(400) % 4 > 0, np.arange(400)))
    half = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert figure.value == 0.75
    assert figure.interval == pytest.approx((0.75 - half, 0.75 + half), abs=0.01)


def test_rows_that_stand_together_make_the_interval_wider():
    hits = np.arange(400) // 40 % 4 > 0  # right or wrong 40 rows at a time
    apart = accuracy_of(proportion_rows(hits, np.arange(400)))
    together = accuracy_of(proportion_rows(hits, np.arange(400) // 40))
    assert apart.value == together.value
    ratio = (together.interval[1] - together.interval[0]) / (apart.interval[1] - apart.interval[0])
    assert ratio == pytest.approx(np.sqrt(40), rel=0.2)  # 10 independent lesions instead of 400


@pytest.mark.parametrize(("hits", "low", "high"), [(True, 5 / (5 + 3.8415), 1.0), (False, 0.0, 3.8415 / (5 + 3.8415))])
def test_five_of_five_and_none_of_five_are_no_certainty(hits, low, high):
    figure = accuracy_of(proportion_rows(np.full(5, hits), np.arange(5)))
    assert figure.interval == pytest.approx((low, high), abs=1e-4)  # Wilson: n / (n + z^2) and z^2 / (n + z^2)
    assert figure.method == (
        "Wilson score interval over the independent lesions that it rests on, "
        "because bootstrap resamples of these lesions all agree, which is no certainty"
    )


def test_many_rows_of_one_lesion_count_as_one():
    figure = accuracy_of(proportion_rows(np.full(50, True), np.zeros(50, int)))
    assert figure.interval[0] == pytest.approx(1 / (1 + 3.8415), abs=1e-4)


def test_a_perfect_model_is_not_certain_in_any_metric():
    truth = np.arange(12) % 3
    rows = ScoredRows(("melanoma", "nevus", "vascular lesion"), truth, truth, np.eye(3)[truth], np.arange(12))
    for name, outcomes in measure(rows, all_metrics(), 200, 1).items():
        for figure in outcomes:
            best = {"ece": 0.0, "brier": 0.0, "melanoma_pauc": 0.2}.get(name, 1.0)
            assert figure.value == pytest.approx(best)
            assert figure.interval[1] - figure.interval[0] > 0.1, name


def test_f1_of_none_found_has_the_interval_of_its_proportion():
    truth, predicted = np.array([0] * 4 + [1] * 6), np.array([1] * 10)
    rows = ScoredRows(("melanoma", "nevus"), truth, predicted, np.eye(2)[predicted], np.arange(10))
    figure = figure_of(rows, "f1")
    share = 3.8415 / (4 + 3.8415)  # none of 4 lesions in TP + FP + FN, Wilson's upper end J; F1 = 2 J / (1 + J)
    assert figure.interval == pytest.approx((0.0, 2 * share / (1 + share)), abs=1e-4)


def test_that_resamples_without_a_class_are_left_out_is_said_without_a_number(make_rows):
    start = "bootstrap over lesions, score interval of their spread and of a model of it, 2000 resamples"
    # A class of 11 in 33 is missed by (2/3)^33 of resamples, 1 of 600,000; one of 4 in 12 by 1 of 130.
    assert figure_of(make_rows(size=33), "balanced_accuracy").method == start
    for size in (12, 15):
        figure = figure_of(make_rows(size=size), "balanced_accuracy")
        assert figure.method == f"{start}; those without rows that the figure needs are left out"


def test_an_interval_is_not_taken_from_a_few_lucky_resamples(make_rows):
    rows = make_rows(size=3)  # one lesion per class: all three are drawn in 3!/3^3 = 22 % of resamples
    figure = figure_of(rows, "balanced_accuracy")
    assert figure.interval == pytest.approx(wilson_interval(figure.value, 3))
    assert figure.method == (
        "Wilson score interval over the independent lesions that it rests on, "
        "because most bootstrap resamples lack rows that the figure needs"
    )


def test_fewer_than_ten_lesions_are_not_resampled():
    hits = np.arange(10) > 4
    assert accuracy_of(proportion_rows(hits, np.arange(10))).method.startswith("bootstrap over lesions")
    few = accuracy_of(proportion_rows(hits[:9], np.arange(9)))
    assert few.interval == pytest.approx(wilson_interval(4 / 9, 9))
    assert few.method.endswith("because the bootstrap is too sure of itself on fewer than 10")


def test_the_interval_of_a_share_is_wilsons_over_its_lesions_less_what_resampling_does_not_show():
    figure = accuracy_of(proportion_rows(np.arange(40) < 36, np.arange(40)))
    low, high = wilson_interval(0.9, 39)  # p(1 - p) / (p(1 - p) / 40) = 40, times 39 / 40
    assert figure.interval == pytest.approx((low, high), abs=0.004)
    assert high - 0.9 < 0.9 - low, "it reaches further towards the middle"


def class_rows(lesions):
    """Return rows of as many classes as there are numbers, each with so many lesions, every other of them right."""
    truth = np.repeat(np.arange(len(lesions)), lesions)
    predicted = np.where(np.concatenate([np.arange(n) % 2 for n in lesions]) == 0, truth, (truth + 1) % len(lesions))
    names = ("melanoma", *(f"class {c}" for c in range(1, len(lesions))))
    return ScoredRows(names, truth, predicted, np.eye(len(lesions))[predicted], np.arange(len(truth)))


def effective_without_help(rows, metric):
    """Return what the spread of the resamples alone is worth: as if no model were and lesions were without end."""
    plain = replace(metric, averaged=None, modelled=None, effective=lambda whole: np.array([1e12]))
    return lesions_of(measure(rows, [plain], 2000, 1)[metric.name][0])


def test_a_mean_over_classes_is_reduced_by_what_few_lesions_do_not_show_and_joined_with_its_model():
    rows = class_rows([4, 40, 60])
    figure = figure_of(rows, "balanced_accuracy")
    thirds = 1 / 4 + 1 / 40 + 1 / 60
    shown = (3 / 16 + 39 / 1600 + 59 / 3600) / thirds
    weight = 10 / (10 + 3 / thirds)  # each class rests on 3 / thirds lesions, and their mean on 9 / thirds
    expected = (effective_without_help(rows, balanced_accuracy.METRIC) * shown) ** (1 - weight) * (9 / thirds) ** weight
    assert lesions_of(figure) == pytest.approx(expected, rel=1e-6)
    assert {type(end) for end in figure.interval} == {float}, "a number of numpy is not written as one"


def test_the_model_of_an_auroc_weighs_as_much_as_ten_lesions():
    rows = ranked_rows(20)
    figure = figure_of(rows, "melanoma_auroc")
    a = figure.value
    model = 20 * 200 / (1 + 19 * (1 - a) / (2 - a) + 199 * a / (1 + a))
    spread = effective_without_help(rows, melanoma_auroc.METRIC) * 19 / 20
    assert lesions_of(figure) == pytest.approx(spread ** (20 / 30) * model ** (10 / 30), rel=1e-6)


def lesions_of(figure):
    """Return the n of a score interval: the distance of its ends is 2 z sqrt(p(1-p)/n + z^2/4n^2) / (1 + z^2/n)."""
    return brentq(lambda n: np.subtract(*wilson_interval(figure.value, n)[::-1]) - np.ptp(figure.interval), 1, 1e4)


def test_a_perfect_ranking_is_as_sure_as_its_smaller_side_is_large():
    truth = np.array([0] * 3 + [1] * 30)
    rows = ScoredRows(("melanoma", "nevus"), truth, truth, np.eye(2)[truth], np.arange(33))
    assert figure_of(rows, "melanoma_auroc").interval == pytest.approx((3 / (3 + 3.8415), 1.0), abs=1e-4)


def test_two_classes_are_one_ranking_twice():
    lesions, both = np.array([7.0, 7.0, 1.0]), np.array([True, True, False])
    assert one_vs_rest_mean_effective(lesions, both) == pytest.approx(7)
    assert independent_mean_effective(lesions, both) == pytest.approx(14)


def test_the_more_classes_the_less_they_share():
    lesions = np.full(9, 10.0)
    found = one_vs_rest_mean_effective(lesions, np.full(9, True))
    assert found == pytest.approx(81 / (7 / 8 * 0.9 + 1 / 8 * 8.1))  # r = 1/8, sum(v) = 0.9, sum(v^1/2)^2 = 81 * 0.1


def calibrated_rows(seed, size):
    """Return rows whose class is drawn from the very probabilities that are stated."""
    random = np.random.default_rng(seed)
    nevus = random.uniform(0.5, 1.0, size)
    truth = (random.random(size) < nevus).astype(int)
    return ScoredRows(
        ("melanoma", "nevus"), truth, np.ones(size, int), np.stack([1 - nevus, nevus], axis=1), np.arange(size)
    )


def test_a_calibrated_model_is_not_refuted_by_its_calibration_error():
    figures = [figure_of(calibrated_rows(seed, 120), "ece", resamples=200) for seed in range(20)]
    assert min(figure.value for figure in figures) > 0.03, "the value itself is biased upward, as the method says"
    assert sum(figure.interval[0] == 0 for figure in figures) >= 17  # 19 of 20 in the long run


def test_a_badly_calibrated_model_is_refuted_by_its_calibration_error():
    figures = []
    for seed in range(20):
        rows = calibrated_rows(seed, 400)
        wrong = ScoredRows(rows.classes, 1 - rows.truth, rows.predicted, rows.probabilities, rows.groups)
        figures.append(figure_of(wrong, "ece", resamples=200))
    lows, highs = np.array([figure.interval for figure in figures]).T
    assert lows.min() > 0.3
    assert ((lows < 0.5) & (highs > 0.5)).sum() >= 17  # confidence 0.75 on average, right in 0.25: the error is 0.5
    assert "rid of the upward bias of small samples, the value is not; 15 equal-mass bins" in figures[0].method


def agreement_rows(hits, size):
    """Return rows half of each of two classes, of which the first hits are right."""
    truth = np.arange(size) % 2
    predicted = np.where(np.arange(size) < hits, truth, 1 - truth)
    return ScoredRows(("melanoma", "nevus"), truth, predicted, np.eye(2)[predicted], np.arange(size))


@pytest.mark.parametrize("hits", [0, 2, 6, 8])
def test_of_few_lesions_kappa_has_the_interval_of_the_share_that_agrees(hits):
    figure = figure_of(agreement_rows(hits, 8), "kappa")
    low, high = wilson_interval(hits / 8, 8)
    assert figure.value == pytest.approx(2 * hits / 8 - 1)  # by chance one half agrees
    assert figure.interval == pytest.approx((2 * low - 1, 2 * high - 1))


def test_kappa_ends_at_minus_one_where_a_proportion_would_go_on():
    truth, predicted = np.array([0, 1, 1, 1, 1, 1]), np.array([1, 0, 1, 1, 1, 1])
    rows = ScoredRows(("melanoma", "nevus"), truth, predicted, np.eye(2)[predicted], np.arange(6))
    figure = figure_of(rows, "kappa")
    by_chance = (1 * 1 + 5 * 5) / 36
    low, high = ((end - by_chance) / (1 - by_chance) for end in wilson_interval(4 / 6, 6))
    assert figure.value == pytest.approx((4 / 6 - by_chance) / (1 - by_chance))
    assert low < -1
    assert figure.interval == pytest.approx((-1, high))


def test_the_interval_of_kappa_agrees_with_its_standard_error_of_many_lesions(make_rows):
    rows = make_rows(2, size=600)
    agreed = (rows.truth == rows.predicted).mean()
    by_chance = sum((rows.truth == c).mean() * (rows.predicted == c).mean() for c in range(3))
    error = np.sqrt(agreed * (1 - agreed) / 600) / (1 - by_chance)  # Cohen 1960
    figure = figure_of(rows, "kappa")
    assert figure.interval == pytest.approx((figure.value - 1.96 * error, figure.value + 1.96 * error), abs=0.01)


def ranked_rows(melanomas, others=200, seed=0):
    random = np.random.default_rng(seed)
    scores = np.concatenate([random.normal(1.5, 1, melanomas), random.normal(0, 1, others)])
    chance, truth = 1 / (1 + np.exp(-scores)), np.repeat([0, 1], [melanomas, others])
    probabilities = np.stack([chance, 1 - chance], axis=1)
    return ScoredRows(
        ("melanoma", "nevus"), truth, probabilities.argmax(axis=1), probabilities, np.arange(melanomas + others)
    )


def test_the_partial_area_is_resampled_only_where_ten_melanomas_may_be_missed():
    few, enough = (figure_of(ranked_rows(melanomas), "melanoma_pauc", 200) for melanomas in (49, 50))
    assert few.method == (
        "Wilson score interval over the independent lesions that it rests on, because the part that it is about "
        "holds fewer than 10, on which the bootstrap is too sure of itself; "
        "above sensitivity 0.8, at most 0.2, 0.02 by chance"
    )
    low, high = wilson_interval(few.value + 0.8, 49)
    assert few.interval == pytest.approx((low - 0.8, min(high - 0.8, 0.2)))
    assert enough.method.startswith("bootstrap over lesions, logit of the value with the resamples' spread")
    assert enough.interval[0] < enough.value < enough.interval[1]


def test_a_perfect_partial_area_of_few_melanomas_says_next_to_nothing():
    truth = np.array([0] * 10 + [1] * 30)
    rows = ScoredRows(("melanoma", "nevus"), truth, truth, np.eye(2)[truth], np.arange(40))
    figure = figure_of(rows, "melanoma_pauc")
    assert figure.interval == pytest.approx((0, 0.2))  # all of 10 found: sensitivity from 10 / (10 + 3.84) = 0.72 up


def test_the_interval_of_the_partial_area_holds_the_truth_as_often_as_it_says():
    miss_rates = (np.arange(2000) + 0.5) / 2000 * 0.2
    truth = 0.2 * norm.cdf(norm.ppf(miss_rates) + 1.5).mean()  # of normal scores 1.5 apart
    figures = [figure_of(ranked_rows(80, seed=seed), "melanoma_pauc", 200) for seed in range(40)]
    assert sum(figure.interval[0] <= truth <= figure.interval[1] for figure in figures) >= 35  # 38 in the long run
