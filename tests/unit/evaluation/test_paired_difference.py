import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap

from melanoma.config.evaluate import EvaluateConfig
from melanoma.errors import ModelError
from melanoma.evaluation.figure import Figure
from melanoma.evaluation.interval import Z, wilson_interval
from melanoma.evaluation.metrics import accuracy, brier, ece, macro_f1, melanoma_auroc
from melanoma.evaluation.operating_point import OperatingPoint, operating_point_metrics
from melanoma.evaluation.paired_difference import (
    PairedMetric,
    PairedRows,
    judge,
    measure_difference,
    measure_differences,
    pair_metric,
    pair_predictions,
    require_difference,
)
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import ScoredRows

CONFIG = EvaluateConfig()
CLASSES = ("melanoma", "nevus")


def rows_of(truth, right, groups=None):
    """Return rows of two classes that are predicted right or as the other class."""
    truth = np.asarray(truth)
    predicted = np.where(right, truth, 1 - truth)
    places = np.arange(len(truth)) if groups is None else np.asarray(groups)
    return ScoredRows(CLASSES, truth, predicted, np.eye(2)[predicted], places)


def pair_of(truth, first, second, groups=None):
    return PairedRows(rows_of(truth, first, groups), rows_of(truth, second, groups))


def difference_of(pair, resamples=4000):
    return measure_difference(pair, resamples, 1)


def widened(ends, value, lesions):
    """Return an interval whose distances from the value have grown as few lesions per class ask for."""
    factor = np.sqrt(sum(1 / (k - 1) for k in lesions) / sum(1 / k for k in lesions))
    return tuple(value + factor * (end - value) for end in ends)


def table(names, diagnoses, predicted, classes=CLASSES):
    columns = {f"probability:{name}": [float(p == name) for p in predicted] for name in classes}
    known = {"image_id": names, "group_id": names, "diagnosis": diagnoses, "predicted": predicted, "split": "test"}
    return pd.DataFrame({**known, **columns})


def random_pair(size=120, seed=0):
    random = np.random.default_rng(seed)
    truth = (np.arange(size) % 3 == 0).astype(int)
    second = random.random(size) < 0.5
    return truth, second | (random.random(size) < 0.3), second


def test_the_value_is_the_difference_of_both_balanced_accuracies():
    # melanoma: 2/2 against 1/2, nevus: 1/4 against 2/4; ((1 - 0.5) + (0.25 - 0.5)) / 2 = 0.125
    pair = pair_of([0, 0, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [1, 0, 1, 1, 0, 0])
    figure = difference_of(pair)
    assert figure.value == pytest.approx(0.125)
    assert figure.n == 6


def test_the_interval_is_that_of_scipy_where_each_image_is_a_lesion_of_its_own():
    truth, first, second = random_pair()
    gain = first.astype(float) - second

    def statistic(chosen):
        return np.mean([gain[chosen][truth[chosen] == c].mean() for c in (0, 1)])

    expected = bootstrap(
        (np.arange(len(truth)),), statistic, n_resamples=4000, vectorized=False, method="percentile", rng=3
    ).confidence_interval
    figure = difference_of(pair_of(truth, first, second))
    assert figure.interval == pytest.approx(widened(expected, figure.value, (40, 80)), abs=0.01)
    assert figure.method == "paired bootstrap over lesions, percentile, expanded for few lesions, 4000 resamples"


def test_the_interval_is_that_of_every_possible_resample_where_images_share_lesions():
    random = np.random.default_rng(5)
    groups, truth = np.arange(30) % 5, np.arange(30) % 2
    first, second = random.random(30) < 0.8, random.random(30) < 0.4
    gain = first.astype(float) - second
    every = [  # 5^5 = 3125 equally likely draws of 5 lesions, each of which has 3 images of either class
        np.mean([gain[groups == group].mean() for group in drawn]) for drawn in itertools.product(range(5), repeat=5)
    ]
    figure = difference_of(pair_of(truth, first, second, groups))
    expected = widened(np.quantile(every, [0.025, 0.975]), figure.value, (5, 5))
    assert figure.interval == pytest.approx(expected, abs=0.015)


def test_pairing_finds_a_gain_that_two_intervals_hide():
    truth = np.arange(200) % 2
    second = np.arange(200) // 2 % 2 == 0  # half of each class
    first = second | (np.arange(200) < 12)  # and 6 images more
    low, high = difference_of(pair_of(truth, first, second)).interval
    apart = np.sqrt(2 * 0.25 / 200) * Z  # half the width of the difference of two independent proportions
    assert 0 < low < high
    assert high - low < apart


def test_networks_that_agree_on_every_image_are_no_certainty():
    # 10 of 10 right twice in both diagnoses: Wilson's low end of one share is n / (n + z^2), which is z^2 / (n + z^2)
    # below 1. Nothing can be said of how the two go together, so that the difference of one diagnosis reaches as far,
    # and the mean over two, squared and added, sqrt(2) / 2 as far.
    right = np.ones(20, dtype=bool)
    figure = difference_of(pair_of(np.arange(20) % 2, right, right))
    half = Z**2 / (10 + Z**2) / np.sqrt(2)
    assert figure.value == 0
    assert figure.interval == pytest.approx((-half, half))
    assert "because the resamples all agree, which is no certainty" in figure.method


def test_one_lesion_of_a_diagnosis_does_not_hide_the_pairing_of_the_others():
    truth = np.array([0] * 60 + [1])
    second = np.append(np.tile([True, False], 30), False)
    first = second | (np.arange(61) % 5 == 1)  # a fifth of those that the second misses too: 30 + 6
    figure = difference_of(pair_of(truth, first, second))
    apart = (0.6 - wilson_interval(0.6, 60)[0]) ** 2 + (wilson_interval(0.5, 60)[1] - 0.5) ** 2
    of_one = 2 * (Z**2 / (1 + Z**2)) ** 2
    assert "because one lesion of a diagnosis has no spread" in figure.method
    assert figure.value == pytest.approx(0.1 / 2)
    assert 4 * (figure.value - figure.interval[0]) ** 2 - of_one < 0.5 * apart


def test_few_lesions_take_the_score_interval():
    truth, first, second = np.arange(8) % 2, np.array([1, 1, 1, 1, 1, 1, 1, 0], bool), np.array([1, 0] * 4, bool)
    figure = difference_of(pair_of(truth, first, second))
    assert "because the bootstrap is too sure of itself on fewer than 10" in figure.method
    assert figure.interval[0] < figure.value < figure.interval[1]


def test_resamples_without_a_diagnosis_are_left_out_and_told():
    truth = np.array([0, 0, 0, *[1] * 60])
    random = np.random.default_rng(2)
    figure = difference_of(pair_of(truth, random.random(63) < 0.7, random.random(63) < 0.5), resamples=1000)
    # (1 - 3/63)^63 = 4.6 % of the resamples draw none of the three
    left_out = int(figure.method.split("; ")[1].split(" of them")[0])
    assert 25 < left_out < 70


def test_one_lesion_of_a_diagnosis_has_no_spread():
    rows = pair_of([0, *[1] * 60], [True] * 61, [False] * 31 + [True] * 30)
    assert difference_of(rows).method.endswith("one lesion of a diagnosis has no spread")


def test_the_interval_holds_the_truth_as_often_as_it_says_with_three_images_of_two_diagnoses():
    """As many images per diagnosis as the 9-class set has for test; 95 % of 300 is 285, with a deviation of 4."""
    truth = np.repeat(np.arange(9), [16, 16, 10, 16, 16, 16, 3, 16, 3])
    random, held = np.random.default_rng(1), 0
    for seed in range(300):
        luck = random.random(len(truth))
        other = np.where(random.random(len(truth)) < 0.5, luck, random.random(len(truth)))
        networks = (np.where(right, truth, (truth + 1) % 9) for right in (luck < 0.55, other < 0.35))
        names, places = tuple("abcdefghi"), np.arange(len(truth))
        pair = PairedRows(*(ScoredRows(names, truth, found, np.eye(9)[found], places) for found in networks))
        low, high = measure_difference(pair, 300, seed).interval
        held += low <= 0.2 <= high
    assert held >= 276


def test_a_diagnosis_that_most_resamples_lack_gives_the_wider_interval():
    rows = pair_of([0, *[1] * 60], [True] * 61, [False] * 31 + [True] * 30, [0, *[1] * 30, *[2] * 30])
    assert "because" in difference_of(rows).method


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [
        ((0.001, 0.2), "helped"),
        ((0.0, 0.2), "cannot be told"),
        ((-0.1, 0.1), "cannot be told"),
        ((-0.1, 0.0), "did not help"),
        ((-0.2, -0.1), "did not help"),
    ],
)
def test_a_step_helped_only_where_the_interval_is_above_nothing(interval, verdict):
    assert judge(Figure(sum(interval) / 2, interval, 90, "", 30)) == verdict


def scored_pair(size=300, seed=4):
    """Return two networks with probabilities, of which the first is better, on images that are lesions of their own."""
    random = np.random.default_rng(seed)
    truth = (np.arange(size) % 3 == 0).astype(int)
    both = random.normal(size=size)
    sides = []
    for signal in (2.0, 0.5):
        chance = 1 / (1 + np.exp(-(signal * (2 * truth - 1) + both + random.normal(size=size))))
        chances = np.stack([1 - chance, chance], axis=1)
        sides.append(ScoredRows(CLASSES, truth, chances.argmax(axis=1), chances, np.arange(size)))
    return PairedRows(*sides)


@pytest.mark.parametrize("metric", [accuracy.METRIC, brier.METRIC, macro_f1.METRIC, melanoma_auroc.METRIC])
def test_any_metric_has_the_paired_interval_of_scipy(metric):
    pair = scored_pair()

    def statistic(chosen):
        weights = np.bincount(chosen, minlength=300).astype(float)[None]
        return (metric.function(Sample(pair.first, weights)) - metric.function(Sample(pair.second, weights)))[0]

    expected = bootstrap(
        (np.arange(300),), statistic, n_resamples=2000, vectorized=False, method="percentile", rng=3
    ).confidence_interval
    figure = measure_differences(pair, [pair_metric(metric)], 2000, 1)[metric.name]
    assert figure.value == pytest.approx(statistic(np.arange(300)))
    assert figure.interval == pytest.approx(tuple(expected), abs=0.012)
    assert figure.n == 300


def test_each_network_is_measured_by_its_own_threshold():
    pair = scored_pair()
    thresholds = 0.3, 0.7
    first, second = (
        operating_point_metrics(rows, OperatingPoint(threshold, 0.95))[0]
        for rows, threshold in zip((pair.first, pair.second), thresholds, strict=True)
    )
    figure = measure_differences(pair, [PairedMetric(first, second)], 200, 1)["sensitivity"]
    found = [
        (rows.probabilities[rows.truth == 0, 0] >= threshold).mean()
        for rows, threshold in zip((pair.first, pair.second), thresholds, strict=True)
    ]
    assert figure.value == pytest.approx(found[0] - found[1])
    assert figure.n == 200


def test_a_metric_that_is_no_share_joins_two_intervals_where_lesions_are_few():
    pair = scored_pair(size=8)
    figure = measure_differences(pair, [pair_metric(brier.METRIC)], 200, 1)["brier"]
    assert figure.method.startswith("square-and-add from the two intervals (Newcombe 1998), as if not paired, because")
    assert -2 <= figure.interval[0] < figure.value < figure.interval[1] <= 2


@pytest.mark.parametrize(
    ("size", "doubt"),
    [
        (8, "the bootstrap is too sure of itself on fewer than 10"),
        (40, "the resamples all agree, which is no certainty"),
    ],
)
def test_a_score_that_is_given_is_taken_where_resampling_knows_too_little(size, doubt):
    rows = scored_pair(size=size).first
    same = PairedMetric(ece.METRIC, ece.METRIC, score=lambda: ((-0.25, 0.5), "a score of its own"))
    other = rows_of(rows.truth, np.ones(size, dtype=bool)) if size < 10 else rows
    figure = measure_differences(PairedRows(rows, other), [same], 200, 1)["ece"]
    assert figure.method == f"a score of its own, because {doubt}"
    if size > 10:
        assert (figure.value, figure.interval) == (0.0, (-0.25, 0.5))


def test_a_difference_that_is_required_and_has_no_data_is_a_defect():
    pair = pair_of([1, 1, 1], [1, 1, 0], [1, 0, 0])
    with pytest.raises(LookupError, match=r"melanoma_auroc: .*lacks rows of melanoma .*; this is a defect"):
        require_difference(pair, pair_metric(melanoma_auroc.METRIC), 100, 1)


def test_the_bias_of_a_calibration_error_is_taken_off_its_difference():
    figure = measure_differences(scored_pair(), [pair_metric(ece.METRIC)], 500, 1)["ece"]
    assert "rid of what is left of the upward bias" in figure.method
    assert figure.interval[0] <= figure.value <= figure.interval[1]


def test_a_metric_without_data_says_why():
    pair = pair_of([1, 1, 1], [1, 1, 0], [1, 0, 0])
    outcome = measure_differences(pair, [pair_metric(melanoma_auroc.METRIC)], 100, 1)["melanoma_auroc"]
    assert "lacks rows of melanoma" in outcome.reason


def test_images_are_paired_by_name_whatever_their_order():
    first = table(["a", "b", "c"], ["nevus", "melanoma", "nevus"], ["nevus", "nevus", "nevus"])
    second = table(["c", "x", "b"], ["nevus", "nevus", "melanoma"], ["melanoma", "nevus", "melanoma"])
    pair = pair_predictions(first, second, CONFIG)
    assert pair.first.truth.tolist() == [0, 1]  # b, c
    assert pair.first.predicted.tolist() == [1, 1]
    assert pair.second.predicted.tolist() == [0, 0]


def test_truth_and_lesions_are_those_of_the_first_table():
    first = table(["a", "b"], ["nevus", "melanoma"], ["nevus", "melanoma"]).assign(group_id="one")
    second = table(["a", "b"], ["melanoma", "melanoma"], ["nevus", "melanoma"])
    pair = pair_predictions(first, second, CONFIG)
    assert pair.second.truth.tolist() == [1, 0]
    assert pair.second.groups.tolist() == [0, 0]
    assert difference_of(pair).value == 0


def test_a_diagnosis_that_one_network_does_not_know_is_its_miss():
    first = table(["a", "b"], ["nevus", "scar"], ["nevus", "scar"], ("nevus", "scar"))
    second = table(["a", "b"], ["nevus", "scar"], ["nevus", "melanoma"])
    assert difference_of(pair_predictions(first, second, CONFIG)).value == pytest.approx(0.5)  # (1 + 1)/2 - (1 + 0)/2


def test_no_image_in_common_is_told():
    first, second = (table([name], ["nevus"], ["nevus"]) for name in "ab")
    with pytest.raises(ModelError, match="no image of 1 and 1 is in both test sets; compare networks of one set"):
        pair_predictions(first, second, CONFIG)


def test_rows_that_are_no_pair_are_refused():
    with pytest.raises(ValueError, match="expected equal truth and groups"):
        PairedRows(rows_of([0, 1], [1, 1]), rows_of([1, 1], [1, 1]))


def test_few_lesions_that_tell_two_networks_apart_take_the_score_interval_of_pairs():
    truth, second = np.arange(200) % 2, np.ones(200, dtype=bool)
    first = np.arange(200) >= 9  # the first misses nine that the second finds
    figure = measure_differences(pair_of(truth, first, second), [pair_metric(accuracy.METRIC)], 400, 1)["accuracy"]
    assert figure.method.endswith("because fewer than 10 lesions tell the two apart")
    assert figure.value == pytest.approx(-9 / 200)
    assert figure.interval[0] < figure.value < figure.interval[1] < 0
    ten = pair_of(truth, np.arange(200) >= 10, second)
    assert "paired bootstrap" in measure_differences(ten, [pair_metric(accuracy.METRIC)], 400, 1)["accuracy"].method
