"""How much a model loses on pictures that came out a little different: paired with the same pictures unchanged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.config.robustness import PerturbationConfig
from melanoma.data.roles import TEST
from melanoma.evaluation.bootstrap import measure
from melanoma.evaluation.figure import NotEvaluated, Outcome, separate_outcomes
from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics import accuracy, balanced_accuracy, melanoma_auroc
from melanoma.evaluation.operating_point import DIAGNOSIS, OperatingPoint
from melanoma.evaluation.paired_difference import (
    PairedMetric,
    PairedRows,
    measure_differences,
    pair_metric,
    share_rows,
)
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows, score_rows
from melanoma.seeding import derive_seed, generator

_AT_POINT = "operating_point_sensitivity"


@dataclass(frozen=True)
class Trial:
    """The predictions for one perturbation.

    Attributes:
        perturbation: Which.
        predictions: In the columns of `predictions.parquet`, for the same images in the same order as unchanged.
    """

    perturbation: PerturbationConfig
    predictions: pd.DataFrame


@dataclass(frozen=True)
class Terms:
    """What the predictions are judged by.

    Attributes:
        classes: The model's diagnoses.
        config: Gives the resamples.
        point: The frozen threshold for melanoma, or why there is none.
        seed: The run's seed.
    """

    classes: Sequence[str]
    config: EvaluateConfig
    point: OperatingPoint | NotEvaluated
    seed: int


def choose_images(predictions: pd.DataFrame, most: int, seed: int) -> pd.DataFrame:
    """Draw test images at random, as many of each diagnosis as there are, up to one number for all.

    What was predicted takes no part. Rare diagnoses come whole, so that a figure that gives each the same say, and
    melanoma's own, rest on as many images as can be.

    Args:
        predictions: `predictions.parquet`.
        most: How many, at most.
        seed: The run's seed.

    Returns:
        The rows that were drawn, in their order.

    Examples:
        Five of 5, 3 and 1: one of each, and one more of those that have more.

        >>> rows = pd.DataFrame({"image_id": list("abcdefghi"), "diagnosis": [*"NNNNNMMMV"], "split": "test"})
        >>> choose_images(rows, 5, 1)["diagnosis"].value_counts().sort_index().tolist()
        [2, 2, 1]
    """
    test = predictions[predictions["split"] == TEST].sort_values("image_id")
    shuffled = test.iloc[generator(seed, "robustness").permutation(len(test))].reset_index(drop=True)
    turn = shuffled.groupby("diagnosis").cumcount()
    chosen = set(shuffled.loc[turn.sort_values(kind="stable").index[:most], "image_id"])
    return predictions[(predictions["split"] == TEST) & predictions["image_id"].isin(chosen)].reset_index(drop=True)


def measure_robustness(unchanged: pd.DataFrame, trials: Sequence[Trial], terms: Terms) -> dict[str, Any]:
    """Compare the predictions for changed pictures with those for the same pictures as they were.

    Args:
        unchanged: Rows of `predictions.parquet`, at least one.
        trials: One entry for each perturbation.
        terms: What they are judged by.

    Returns:
        `robustness.json`: plain JSON values. ``drop`` is unchanged - changed, above 0 where the change harms.
    """
    rows = score_rows(unchanged, terms.classes, terms.config)
    compared, missing = _choose_metrics(rows, terms)
    before, without = separate_outcomes(_measure(rows, compared, terms))
    usable = {name: one for name, one in compared.items() if name in before}
    return {
        "images": rows.size,
        "groups": int(rows.groups.max()) + 1,
        "classes": {name: int(count) for name, count in unchanged["diagnosis"].value_counts().sort_index().items()},
        "threshold": terms.point.threshold if isinstance(terms.point, OperatingPoint) else None,
        "unchanged": before,
        "perturbations": [_measure_trial(rows, trial, usable, terms) for trial in trials],
        "not_evaluated": missing | without,
    }


def _choose_metrics(rows: ScoredRows, terms: Terms) -> tuple[dict[str, PairedMetric], dict[str, str]]:
    """Return what can be compared by name, and for what cannot the reason."""
    always = {metric.name: pair_metric(metric) for metric in (accuracy.METRIC, balanced_accuracy.METRIC)}
    if DIAGNOSIS not in rows.classes:
        reason = f"{DIAGNOSIS} is not among the classes"
        return always, {melanoma_auroc.METRIC.name: reason, _AT_POINT: reason}
    with_auroc = {**always, melanoma_auroc.METRIC.name: pair_metric(melanoma_auroc.METRIC)}
    if isinstance(terms.point, NotEvaluated):
        return with_auroc, {_AT_POINT: terms.point.reason}
    return {**with_auroc, _AT_POINT: _sensitivity_at(terms.point)}, {}


def _measure_trial(
    rows: ScoredRows, trial: Trial, compared: Mapping[str, PairedMetric], terms: Terms
) -> dict[str, Any]:
    changed = score_rows(trial.predictions, terms.classes, terms.config)
    after, _ = separate_outcomes(_measure(changed, compared, terms))
    pair, stream = PairedRows(rows, changed), _stream(terms)
    drops, _ = separate_outcomes(measure_differences(pair, list(compared.values()), terms.config.resamples, stream))
    return {
        **trial.perturbation.model_dump(mode="json"),
        "title": trial.perturbation.title,
        "other_prediction": int(np.sum(rows.predicted != changed.predicted)),
        "metrics": {name: {"changed": after[name], "drop": drops[name]} for name in compared},
    }


def _measure(rows: ScoredRows, compared: Mapping[str, PairedMetric], terms: Terms) -> dict[str, Outcome]:
    metrics = [one.first for one in compared.values()]
    outcomes = measure(rows, metrics, terms.config.resamples, _stream(terms))
    return {name: outcomes[name][0] for name in compared}


def _sensitivity_at(point: OperatingPoint) -> PairedMetric:
    """Return the share of melanomas at or above a frozen threshold, measured anew on whatever rows it is given."""

    def find_called(rows: ScoredRows) -> Bools:
        return np.asarray(rows.probabilities[:, rows.classes.index(DIAGNOSIS)] >= point.threshold)

    def measure_share(sample: Sample) -> Floats:
        actual = _melanomas(sample.rows)[:, 0]
        found = (find_called(sample.rows) & actual).astype(np.float64)
        return divide(sample.weights @ found, sample.weights @ actual.astype(np.float64))

    metric = Metric(
        name=_AT_POINT,
        function=measure_share,
        needs=f"no row of {DIAGNOSIS}",
        diagnosis=DIAGNOSIS,
        base=_melanomas,
    )
    return PairedMetric(
        metric,
        metric,
        lambda pair: [
            share_rows(pair, (find_called(pair.first), find_called(pair.second)), _melanomas(pair.first)[:, 0])
        ],
    )


def _melanomas(rows: ScoredRows) -> Bools:
    return rows.is_actual[:, [rows.classes.index(DIAGNOSIS)]]


def _stream(terms: Terms) -> int:
    return derive_seed(terms.seed, "bootstrap", "robustness")
