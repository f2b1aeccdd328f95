import doctest
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as oracle

from melanoma.discovery import discover
from melanoma.evaluation import interval, operating_point, ranking, two_sample
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
    "macro_auroc",
    "macro_f1",
    "melanoma_auprc",
    "melanoma_auroc",
    "melanoma_sensitivity",
    "melanoma_specificity",
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


def test_the_examples_of_the_docstrings_hold():
    modules = [*discover("melanoma.evaluation.metrics"), interval, operating_point, ranking, two_sample]
    results = [doctest.testmod(module) for module in modules]
    assert sum(result.failed for result in results) == 0
    assert sum(result.attempted for result in results) > 30
