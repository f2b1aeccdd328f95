"""Our figures are those of other people's packages, as recorded in tests/fixtures/independent_metrics.

The scripts beside the records make them; none of the packages is needed here. Where a package defines a figure in
another way, its test says so and shows that this difference is all there is.
"""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from melanoma.data.challenge_form import challenge_columns
from melanoma.data.taxonomy import diagnosis_of
from melanoma.evaluation.bootstrap import measure
from melanoma.evaluation.delong import RankedPair, compare_auroc
from melanoma.evaluation.interval import Z, wilson_interval
from melanoma.evaluation.metric import all_metrics
from melanoma.evaluation.operating_point import OperatingPoint, operating_point_metrics
from melanoma.evaluation.parts.conformal import set_metrics
from melanoma.evaluation.prediction_sets import find_least_probability, hold_classes
from melanoma.evaluation.ranking import rank_scores, weighted_average_precision, weighted_partial_auroc
from melanoma.evaluation.sample import whole_sample
from melanoma.evaluation.scored_rows import ScoredRows

FOLDER = Path(__file__).parents[2] / "fixtures" / "independent_metrics"
WITHIN = 1e-6
METRICS = {metric.name: metric for metric in all_metrics()}


@cache
def recorded(name):
    record = json.loads((FOLDER / f"{name}.json").read_text())
    assert record["package"]
    assert record["version"]
    return record["inputs"], record["figures"]


def rows_of(classes, truth, thousandths):
    probabilities = np.array(thousandths) / 1000
    return ScoredRows(
        tuple(classes), np.array(truth), probabilities.argmax(axis=1), probabilities, np.arange(len(truth))
    )


def value_of(metric, rows):
    return metric.function(whole_sample(rows))[0]


def near(expected):
    return pytest.approx(expected, abs=WITHIN)


# MLstatkit: DeLong's test. It subtracts the other way round, B - A, and so has the other sign.


@pytest.mark.parametrize("name", ["many events", "few events"])
def test_delong_is_that_of_mlstatkit_where_each_lesion_has_one_image(name):
    inputs, figures = recorded("mlstatkit")
    drawn, told = inputs[name], figures[name]
    scores = {side: np.array(drawn[side]) / 1000 for side in ("A", "B")}
    assert len(set(drawn["B"])) < len(drawn["B"]), "there must be ties"
    positive = np.array(drawn["positive"]) == 1
    found = compare_auroc([RankedPair(scores["A"], scores["B"], positive)], np.arange(len(positive)))
    assert (found.first, found.second) == near((told["auc_A"], told["auc_B"]))
    assert found.variance == pytest.approx(told["variance_of_difference"], abs=1e-12)
    assert -found.value / np.sqrt(found.variance) == near(told["z"])
    assert found.p == near(told["p"])
    for side in ("A", "B"):
        assert delong_interval(scores[side], positive) == near(told[f"ci_{side}"])


def delong_interval(scores, positive):
    """Return the interval of one AUROC: against a network that says the same of all rows, which adds no variance."""
    silent = RankedPair(scores, np.zeros(len(scores)), positive)
    found = compare_auroc([silent], np.arange(len(scores)))
    half = Z * np.sqrt(found.variance)
    return found.first - half, found.first + half


# confidenceinterval: it adds 1e-7 to some denominators, which moves a share of these rows by less than 1e-8.


@pytest.fixture(scope="module")
def three_classes():
    inputs, figures = recorded("confidenceinterval")
    return rows_of(**inputs), figures


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy", "macro_f1"])
def test_figures_over_all_classes_are_those_of_confidenceinterval(name, three_classes):
    rows, figures = three_classes
    told = figures["analytic"][name]
    assert value_of(METRICS[name], rows) == near(told[0] if isinstance(told, list) else told)


def test_the_mean_precision_is_that_of_confidenceinterval(three_classes):
    rows, figures = three_classes
    assert value_of(METRICS["precision"], rows).mean() == near(figures["analytic"]["macro_precision"])


def test_proportions_and_their_score_intervals_are_those_of_confidenceinterval(three_classes):
    rows, figures = three_classes
    melanoma, called = rows.is_actual[:, 0], rows.is_predicted[:, 0]
    shares = {
        "accuracy": (rows.truth == rows.predicted, np.full(rows.size, True)),
        "melanoma_sensitivity": (called, melanoma),
        "melanoma_specificity": (~called, ~melanoma),
        "melanoma_precision": (melanoma, called),
        "melanoma_npv": (~melanoma, ~called),
    }
    for name, (hits, base) in shares.items():
        told, interval = figures["analytic"][name]
        assert hits[base].mean() == near(told), name
        assert wilson_interval(hits[base].mean(), base.sum()) == near(interval), name
    for name in ("melanoma_sensitivity", "melanoma_specificity"):
        assert value_of(METRICS[name], rows) == near(figures["analytic"][name][0])
    assert value_of(METRICS["precision"], rows)[0] == near(figures["analytic"]["melanoma_precision"][0])


def test_the_auroc_and_its_delong_interval_are_those_of_confidenceinterval(three_classes):
    rows, figures = three_classes
    area, interval = figures["analytic"]["melanoma_auroc"]
    assert value_of(METRICS["melanoma_auroc"], rows) == near(area)
    assert delong_interval(rows.probabilities[:, 0], rows.is_actual[:, 0]) == near(interval)


def test_percentile_intervals_are_those_of_confidenceinterval_but_for_the_chance_of_resampling(three_classes):
    """Both resample rows, each a lesion of its own here, about 10,000 times, and neither knows the other's draws.

    The 2.5 % quantile of B normal draws varies by sqrt(0.025 * 0.975 / B) / 0.0584 of their deviation, 0.0584 being the
    normal density there: by 0.0267 for either side, by 0.038 for their difference; four times that is 0.15. An accuracy
    of 300 rows moves in steps of 1 / 300, of which one is allowed.
    """
    rows, figures = three_classes
    found = measure(rows, [METRICS[name] for name in figures["bootstrap"]], 9999, seed=1)
    for name, (value, interval) in figures["bootstrap"].items():
        figure = found[name][0]
        assert figure.method.startswith("bootstrap over lesions, percentile")
        assert figure.value == near(value)
        deviation = (interval[1] - interval[0]) / (2 * Z)
        step = 1 / rows.size if name == "accuracy" else 0
        assert figure.interval == pytest.approx(interval, abs=0.15 * deviation + step), name


# crepes: conformal sets. It knows no lesions: here each row is one of its own.


@pytest.fixture(scope="module")
def conformal_rows():
    inputs, figures = recorded("crepes")
    sides = [
        rows_of(inputs["classes"], inputs[f"{split}_truth"], inputs[f"{split}_thousandths"])
        for split in ("calibration", "test")
    ]
    return *sides, figures


def true_probabilities(rows, melanoma):
    chosen = (rows.truth == 0) == melanoma
    return rows.probabilities[np.flatnonzero(chosen), rows.truth[chosen]]


def our_sets(calibration, test, coverage):
    least = []
    for melanoma in (True, False):
        known = true_probabilities(calibration, melanoma)
        least.append(find_least_probability(known, np.arange(len(known)), coverage))
    return hold_classes(test.probabilities, np.array([least[0], *[least[1]] * (len(test.classes) - 1)]))


def their_sets(figures, coverage):
    return np.array([[mark == "1" for mark in row] for row in figures[coverage]["sets"]])


@pytest.mark.parametrize("coverage", ["0.9", "0.95"])
def test_prediction_sets_and_their_figures_are_those_of_crepes(coverage, conformal_rows):
    calibration, test, figures = conformal_rows
    sets = our_sets(calibration, test, float(coverage))
    assert (sets == their_sets(figures, coverage)).all()
    found = {metric.name: value_of(metric, test) for metric in set_metrics(test, sets)}
    told = figures[coverage]
    assert found["coverage"] == near(1 - told["error"])
    assert found["mean_size"] == near(told["avg_c"])
    assert found["single"] == near(told["one_c"])
    assert found["empty"] == near(told["empty"])


def test_crepes_also_holds_what_the_promise_does_not_need_where_the_rank_is_whole(conformal_rows):
    """It keeps a class whose p value equals 1 - coverage, as if the next calibration row had been covered too.

    The textbook's set, p > 1 - coverage (Vovk, Gammerman and Shafer 2005), already holds the truth as often as asked;
    ours is that one. The two part only where coverage * (n + 1) is a whole number: of 184 rows that are no melanomas,
    0.8 * 185 = 148.
    """
    calibration, test, figures = conformal_rows
    ours, theirs = our_sets(calibration, test, 0.8), their_sets(figures, "0.8")
    assert (theirs >= ours).all()
    row, column = np.nonzero(theirs & ~ours)
    assert len(row) > 0
    assert (column > 0).all()  # 62 melanomas: 0.8 * 63 is not whole
    known = true_probabilities(calibration, melanoma=False)
    assert len(known) == 184
    assert {(known > p).sum() for p in test.probabilities[row, column]} == {148}


# isic-challenge-scoring: the challenge's own scorer.


@pytest.fixture(scope="module")
def challenge_rows():
    inputs, figures = recorded("isic_scorer")
    rows = rows_of([diagnosis_of(code) for code in inputs["classes"]], inputs["truth"], inputs["thousandths"])
    return rows, inputs["classes"], figures


def test_the_scorer_was_given_the_columns_that_we_write(challenge_rows):
    rows, codes, _ = challenge_rows
    columns = challenge_columns(rows.classes)
    assert [code for code, names in columns.items() if names] == codes
    assert tuple(name for names in columns.values() for name in names) == rows.classes


def test_the_official_score_is_our_balanced_accuracy(challenge_rows):
    """No row has two most probable classes: the scorer would call it undecided, and we the first of them."""
    rows, _, figures = challenge_rows
    assert ((rows.probabilities == rows.probabilities.max(axis=1, keepdims=True)).sum(axis=1) == 1).all()
    assert value_of(METRICS["balanced_accuracy"], rows) == near(figures["balanced_accuracy"])


def test_areas_of_each_class_and_their_means_are_those_of_the_official_scorer(challenge_rows):
    rows, codes, figures = challenge_rows
    areas = value_of(METRICS["auroc"], rows)
    assert areas.tolist() == near([figures["per_category.auc"][code] for code in codes])
    assert value_of(METRICS["macro_auroc"], rows) == near(figures["macro_average"]["auc"])
    precisions = [weighted_average_precision(ranking, np.ones((1, rows.size)))[0] for ranking in rows.rankings]
    assert precisions == near([figures["per_category.ap"][code] for code in codes])
    assert value_of(METRICS["melanoma_auprc"], rows) == near(figures["per_category.ap"]["MEL"])


def test_at_one_half_a_threshold_gives_what_the_official_scorer_tells_of_each_class(challenge_rows):
    """The scorer calls a class where its probability is above 1/2, and so may call none for a row.

    Our figures per class call the most probable one instead. In thousandths, above 1/2 is from 0.501 on.
    """
    rows, codes, figures = challenge_rows
    for place, code in enumerate(codes):
        order = [place, *(c for c in range(len(codes)) if c != place)]
        first = replace(
            rows,
            classes=("melanoma", *codes[1:]),
            probabilities=rows.probabilities[:, order],
            truth=np.argsort(order)[rows.truth],
        )
        for metric in operating_point_metrics(first, OperatingPoint(0.501, 0.95))[:4]:
            assert value_of(metric, first) == near(figures[f"per_category.{metric.name}"][code]), (code, metric.name)


def test_the_official_partial_area_is_ours_and_the_rectangle_below_it(challenge_rows):
    """The scorer's area goes down to the axis: from the false positive rate x at a sensitivity of 0.80 on.

    That of the challenge of 2024 goes down to the line at 0.80 only, as ours does: it lacks 0.80 * (1 - x).
    """
    rows, codes, figures = challenge_rows
    for place, code in enumerate(codes):
        scores, actual = rows.probabilities[:, place], rows.is_actual[:, place]
        false_positive, sensitivity, _ = roc_curve(actual, scores, drop_intermediate=False)
        reached = int(np.argmax(sensitivity >= 0.80))
        low, high = sensitivity[reached - 1 : reached + 1]
        share = (0.80 - low) / (high - low)
        x = false_positive[reached - 1] + share * (false_positive[reached] - false_positive[reached - 1])
        ours = weighted_partial_auroc(rank_scores(scores, actual), np.ones((1, rows.size)), 0.80)[0]
        assert ours + 0.80 * (1 - x) == near(figures["per_category.auc_sens_80"][code]), code
