import doctest
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as oracle

from melanoma.discovery import discover
from melanoma.evaluation import interval, malignancy, operating_point, ranking, two_sample
from melanoma.evaluation.bootstrap import measure as bootstrap_measure
from melanoma.evaluation.metric import all_metrics
from melanoma.evaluation.metrics.ece import count_bins, ece
from melanoma.evaluation.sample import Sample, whole_sample
from melanoma.evaluation.scored_rows import Floats, ScoredRows

MELANOMA = 0
METRICS = {metric.name: metric for metric in all_metrics()}
CONTRACT = (
    "accuracy",
    "balanced_accuracy",
    "brier",
    "ece",
    "kappa",
    "macro_auroc",
    "macro_f1",
    "malignant_auprc",
    "malignant_auroc",
    "malignant_sensitivity",
    "malignant_specificity",
    "melanoma_auprc",
    "melanoma_auroc",
    "melanoma_pauc",
    "melanoma_sensitivity",
    "melanoma_specificity",
)
MALIGNANT = ("basal cell carcinoma", "melanoma", "squamous cell carcinoma")
BENIGN = (
    "dermatofibroma",
    "nevus",
    "pigmented benign keratosis",
    "seborrheic keratosis",
    "vascular lesion",
)
Oracle = Callable[[ScoredRows, Floats], Any]


def one_vs_rest_auroc(rows: ScoredRows, weights: Floats) -> Floats:
    return np.array(
        [
            oracle.roc_auc_score(rows.truth == c, rows.probabilities[:, c], sample_weight=weights)
            for c in range(len(rows.classes))
        ]
    )


def macro_f1(rows: ScoredRows, weights: Floats) -> float:
    labels = sorted(set(rows.truth))
    return oracle.f1_score(
        rows.truth, rows.predicted, labels=labels, average="macro", sample_weight=weights, zero_division=0
    )


def brier(rows: ScoredRows, weights: Floats) -> float:
    labels = np.arange(len(rows.classes))
    return oracle.brier_score_loss(
        rows.truth, rows.probabilities, labels=labels, sample_weight=weights, scale_by_half=False
    )


def recall_of(positive: bool) -> Oracle:
    return lambda rows, weights: oracle.recall_score(
        rows.truth == MELANOMA, rows.predicted == MELANOMA, pos_label=positive, sample_weight=weights
    )


def per_class(score: Callable[..., Any]) -> Oracle:
    return lambda rows, weights: score(
        rows.truth, rows.predicted, labels=np.arange(len(rows.classes)), average=None, sample_weight=weights
    )


def isic_2024_pauc(rows: ScoredRows, weights: Floats) -> float:
    """The challenge's scorer: the problem turned round, scikit-learn's area up to a false positive rate, unscaled."""
    truth, scores, max_fpr = 1 - (rows.truth == MELANOMA), -1.0 * rows.probabilities[:, MELANOMA], abs(1 - 0.80)
    scaled = oracle.roc_auc_score(truth, scores, max_fpr=max_fpr, sample_weight=weights)
    return 0.5 * max_fpr**2 + (max_fpr - 0.5 * max_fpr**2) / (1.0 - 0.5) * (scaled - 0.5)


def trapezoid_pauc(rows: ScoredRows, weights: Floats, min_sensitivity: float) -> float:
    """The area by hand: trapezoids under the turned ROC curve, cut at the limit."""
    missed, specificity, _ = oracle.roc_curve(
        rows.truth != MELANOMA, -rows.probabilities[:, MELANOMA], sample_weight=weights, drop_intermediate=False
    )
    limit = 1 - min_sensitivity
    end = np.searchsorted(missed, limit, "right")
    at_limit = np.interp(limit, missed, specificity)
    return float(np.trapezoid([*specificity[:end], at_limit], [*missed[:end], limit]))


def malignant(score: Callable[..., Any], of_called: bool = False, positive: bool = True) -> Oracle:
    """A figure of malignant against benign rows, by lists of names that do not come from the taxonomy."""

    def measure(rows: ScoredRows, weights: Floats) -> float:
        names = np.array(rows.classes)
        bad, good = (np.isin(names, side) for side in (MALIGNANT, BENIGN))
        kept = np.isin(names[rows.truth], [*MALIGNANT, *BENIGN])
        found, other = rows.probabilities[kept][:, bad].sum(axis=1), rows.probabilities[kept][:, good].sum(axis=1)
        predicted = found >= other if of_called else found / (found + other)
        truth = np.isin(names[rows.truth], MALIGNANT)[kept]
        return float(score(truth == positive, predicted == positive if of_called else predicted,
                           sample_weight=weights[kept]))  # fmt: skip

    return measure


ORACLES: dict[str, Oracle] = {
    "accuracy": lambda rows, weights: oracle.accuracy_score(rows.truth, rows.predicted, sample_weight=weights),
    "balanced_accuracy": lambda rows, weights: oracle.balanced_accuracy_score(
        rows.truth, rows.predicted, sample_weight=weights
    ),
    "macro_f1": macro_f1,
    "macro_auroc": lambda rows, weights: one_vs_rest_auroc(rows, weights).mean(),
    "melanoma_auroc": lambda rows, weights: one_vs_rest_auroc(rows, weights)[MELANOMA],
    "melanoma_auprc": lambda rows, weights: oracle.average_precision_score(
        rows.truth == MELANOMA, rows.probabilities[:, MELANOMA], sample_weight=weights
    ),
    "melanoma_sensitivity": recall_of(True),
    "melanoma_specificity": recall_of(False),
    "brier": brier,
    "kappa": lambda rows, weights: oracle.cohen_kappa_score(rows.truth, rows.predicted, sample_weight=weights),
    "melanoma_pauc": isic_2024_pauc,
    "malignant_auroc": malignant(oracle.roc_auc_score),
    "malignant_auprc": malignant(oracle.average_precision_score),
    "malignant_sensitivity": malignant(oracle.recall_score, of_called=True),
    "malignant_specificity": malignant(oracle.recall_score, of_called=True, positive=False),
    "sensitivity": per_class(oracle.recall_score),
    "precision": per_class(oracle.precision_score),
    "f1": per_class(oracle.f1_score),
    "auroc": one_vs_rest_auroc,
}


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("seed", range(3))
def test_each_metric_agrees_with_scikit_learn_under_any_weights_and_ties(name, seed, make_rows):
    rows = make_rows(seed)
    assert len(np.unique(rows.probabilities[:, MELANOMA])) < rows.size / 2, "the scores must have ties"
    random = np.random.default_rng(seed)
    weightings = np.stack([np.ones(60), random.integers(0, 4, 60), random.random(60)]).astype(float)
    found = METRICS[name].function(Sample(rows, weightings))
    for figures, weights in zip(found, weightings, strict=True):
        assert figures == pytest.approx(ORACLES[name](rows, weights), abs=1e-9)


@pytest.mark.parametrize("name", ORACLES)
def test_each_metric_agrees_with_scikit_learn_on_nine_classes(name, make_rows):
    rows = make_rows(5, size=900, classes=9)
    found = METRICS[name].function(whole_sample(rows))[0]
    assert found == pytest.approx(ORACLES[name](rows, np.ones(900)), abs=1e-9)


def test_every_metric_of_the_contract_is_discovered():
    assert tuple(name for name, metric in METRICS.items() if not metric.per_class) == CONTRACT
    assert {name for name, metric in METRICS.items() if metric.per_class} == {"auroc", "f1", "precision", "sensitivity"}


def test_every_metric_but_ece_has_an_independent_oracle():
    assert set(METRICS) - set(ORACLES) == {"ece"}


def test_ece_agrees_with_a_loop_over_equal_mass_bins(make_rows):
    rows = make_rows(3, size=300)
    confidence = rows.probabilities.max(axis=1)
    right = rows.truth == rows.predicted
    edges = np.sort(confidence)[np.arange(1, 16) * 20 - 1]  # 300 rows in 15 bins: the 20th, 40th, ... value ends a bin
    expected, below = 0.0, -np.inf
    for edge in edges:
        members = (confidence > below) & (confidence <= edge)
        if members.any():
            expected += members.mean() * abs(confidence[members].mean() - right[members].mean())
        below = edge
    assert ece(whole_sample(rows)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("lesions", "bins"), [(3, 1), (5, 1), (14, 2), (75, 15), (300, 15)])
def test_ece_takes_fewer_bins_rather_than_bins_of_less_than_five_lesions(lesions, bins, make_rows):
    assert count_bins(make_rows(size=300, lesions=lesions)) == bins


def test_macro_figures_are_over_the_classes_that_have_rows(make_rows):
    rows = make_rows(size=60)
    keep = rows.truth != 2
    part = ScoredRows(rows.classes, rows.truth[keep], rows.predicted[keep], rows.probabilities[keep], np.arange(40))
    recall = METRICS["sensitivity"].function(whole_sample(part))[0]
    assert np.isnan(recall[2])
    assert METRICS["balanced_accuracy"].function(whole_sample(part)) == pytest.approx((recall[0] + recall[1]) / 2)


def test_a_resample_without_a_class_is_undefined_and_not_averaged_over_the_rest(make_rows):
    rows = make_rows()
    without = Sample(rows, (rows.truth != 2).astype(float)[None])
    for name in ("balanced_accuracy", "macro_f1", "macro_auroc"):
        assert np.isnan(METRICS[name].function(without)).all()
    assert METRICS["accuracy"].function(without) == pytest.approx(
        (rows.truth == rows.predicted)[rows.truth != 2].mean()
    )


@pytest.mark.parametrize("min_sensitivity", [0.0, 0.35, 0.8, 0.975])
@pytest.mark.parametrize("seed", range(3))
def test_the_partial_area_is_that_of_trapezoids_cut_at_the_limit(min_sensitivity, seed, make_rows):
    rows = replace(make_rows(seed, size=150), min_sensitivity=min_sensitivity)
    weights = np.random.default_rng(seed).integers(0, 4, (1, 150)).astype(float)
    expected = trapezoid_pauc(rows, weights[0], min_sensitivity)
    assert METRICS["melanoma_pauc"].function(Sample(rows, weights)) == pytest.approx(expected, abs=1e-9)


def test_above_no_sensitivity_the_partial_area_is_the_whole_area(make_rows):
    whole = whole_sample(replace(make_rows(2), min_sensitivity=0.0))
    assert METRICS["melanoma_pauc"].function(whole) == pytest.approx(METRICS["melanoma_auroc"].function(whole))


def test_scores_that_say_nothing_have_the_partial_area_of_chance(make_rows):
    rows = make_rows()
    blind = replace(rows, probabilities=np.full((60, 3), 1 / 3))
    assert METRICS["melanoma_pauc"].function(whole_sample(blind)) == pytest.approx(0.02)  # a triangle, 0.2 * 0.2 / 2


def test_kappa_of_less_than_chance_is_negative_down_to_minus_one():
    truth = np.array([0, 1] * 10)
    rows = ScoredRows(("melanoma", "nevus"), truth, 1 - truth, np.eye(2)[1 - truth], np.arange(20))
    assert METRICS["kappa"].function(whole_sample(rows)) == pytest.approx(-1)  # (0 - 1/2) / (1 - 1/2)


def test_kappa_of_one_class_is_no_figure_whatever_is_predicted():
    rows = ScoredRows(
        ("melanoma", "nevus"), np.zeros(4, int), np.array([0, 0, 1, 1]), np.eye(2)[[0, 0, 1, 1]], np.arange(4)
    )
    assert np.isnan(METRICS["kappa"].function(whole_sample(rows))).all()


@pytest.mark.parametrize("classes", [("melanoma", "basal cell carcinoma"), ("nevus", "dermatofibroma"), ("cat", "dog")])
def test_classes_of_one_reading_have_no_binary_view(classes):
    truth = np.array([0, 1, 0, 1])
    rows = ScoredRows(classes, truth, truth, np.eye(2)[truth], np.arange(4))
    for name in ("malignant_auroc", "malignant_auprc", "malignant_sensitivity", "malignant_specificity"):
        assert np.isnan(METRICS[name].function(whole_sample(rows))).all()


def test_rows_without_a_reading_change_no_binary_figure_and_are_counted(make_rows):
    rows = make_rows(4, size=90, classes=9)
    kept = rows.truth != rows.classes.index("actinic keratosis")
    part = ScoredRows(rows.classes, rows.truth[kept], rows.predicted[kept], rows.probabilities[kept], np.arange(80))
    for name in ("malignant_auroc", "malignant_auprc", "malignant_sensitivity", "malignant_specificity"):
        assert METRICS[name].function(whole_sample(rows)) == METRICS[name].function(whole_sample(part))
    assert METRICS["malignant_auroc"].note(rows) == "left out as neither malignant nor benign: 10 (actinic keratosis)"
    assert METRICS["malignant_auprc"].note(rows).startswith("average precision, 0.375 by chance; left out")  # 30 of 80
    assert METRICS["malignant_auroc"].note(part) == ""


@pytest.mark.parametrize(
    ("name", "n", "events"),
    [
        ("accuracy", 56, 56),  # every row counts alike
        ("balanced_accuracy", 56, 56),
        ("melanoma_sensitivity", 20, 20),
        ("melanoma_specificity", 36, 36),
        ("melanoma_pauc", 56, 20),
        ("malignant_auroc", 56, 20),
        ("malignant_specificity", 36, 36),
    ],
)
def test_events_are_the_rows_that_a_figure_turns_on(name, n, events, make_rows):
    rows = make_rows()
    kept = np.arange(60) >= 4 * 3
    kept |= rows.truth != 1
    part = ScoredRows(rows.classes, rows.truth[kept], rows.predicted[kept], rows.probabilities[kept], np.arange(56))
    (figure,) = bootstrap_measure(part, [METRICS[name]], 100, 1)[name]
    assert (figure.n, figure.events) == (n, events)


def test_events_of_each_class_are_its_rows_among_those_of_the_figure(make_rows):
    rows = make_rows(1)
    for metric in (metric for metric in METRICS.values() if metric.per_class):
        among = metric.base(rows) & rows.is_actual
        assert metric.count_events(rows).tolist() == among.sum(axis=0).tolist()


def test_the_examples_of_the_docstrings_hold():
    modules = [*discover("melanoma.evaluation.metrics"), interval, malignancy, operating_point, ranking, two_sample]
    results = [doctest.testmod(module) for module in modules]
    assert sum(result.failed for result in results) == 0
    assert sum(result.attempted for result in results) > 30
