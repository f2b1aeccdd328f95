"""From a table of predictions to `metrics.json`: figures, each with its interval, for each split."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.data.roles import EVALUATED
from melanoma.errors import ModelError
from melanoma.evaluation.bootstrap import measure
from melanoma.evaluation.check_predictions import check_predictions
from melanoma.evaluation.figure import Figure, NotEvaluated, Outcome, separate_outcomes
from melanoma.evaluation.metric import Metric, all_metrics
from melanoma.evaluation.operating_point import (
    DIAGNOSIS,
    OperatingPoint,
    choose_operating_point,
    operating_point_metrics,
)
from melanoma.evaluation.scored_rows import ScoredRows, score_rows
from melanoma.evaluation.subgroups import label_subgroups, subgroup_metrics
from melanoma.seeding import derive_seed

EXTERNAL = "external"
PARTS = ("per_class", "subgroups", "operating_point")


@dataclass(frozen=True)
class SplitEvaluation:
    """One split, ready to be measured.

    Attributes:
        name: ``validation``, ``calibration`` or ``test``.
        table: The split's rows of the predictions.
        rows: The same rows as arrays.
        config: Settings.
        seed: The stream of the split's resamples; all its figures see the same ones.
    """

    name: str
    table: pd.DataFrame
    rows: ScoredRows
    config: EvaluateConfig
    seed: int

    def measure(self, metrics: Iterable[Metric]) -> dict[str, tuple[Outcome, ...]]:
        """Measure metrics on the split's resamples."""
        return measure(self.rows, tuple(metrics), self.config.resamples, self.seed)


def evaluate_predictions(
    predictions: pd.DataFrame, classes: Sequence[str], config: EvaluateConfig, seed: int
) -> dict[str, Any]:
    """Evaluate the predictions of a model on validation, calibration and test.

    The operating point is chosen on validation.

    Args:
        predictions: One row per image: ``image_id``, ``split``, ``group_id``, ``diagnosis``, ``predicted``,
            ``probability:<class>`` for each class, and the subgroups' columns where the set has them.
        classes: The model's diagnoses.
        config: Settings.
        seed: The run's seed.

    Returns:
        `metrics.json` without ``agreement``: plain JSON values; what has no data is absent and named with the reason
        in ``not_evaluated``.

    Raises:
        ModelError: If the table cannot be trusted or has no row of split test.
    """
    check_predictions(predictions, classes)
    if not (predictions["split"] == "test").any():
        message = "predictions: expected rows of split test, received none; predict the test images too"
        raise ModelError(message)
    splits = {
        name: prepare_split(predictions, name, classes, config, seed)
        for name in EVALUATED
        if (predictions["split"] == name).any()
    }
    point = _choose_point(splits.get("validation"), classes, config)
    return {"classes": list(classes), "splits": {name: _evaluate_split(part, point) for name, part in splits.items()}}


def evaluate_external(
    predictions: pd.DataFrame,
    classes: Sequence[str],
    config: EvaluateConfig,
    seed: int,
    point: OperatingPoint | NotEvaluated,
) -> dict[str, Any]:
    """Evaluate the predictions of a model on a set that it was not made from, all of it one split.

    Where the set lacks some of the classes, the model may still predict them: such a prediction is a miss. Balanced
    accuracy and macro F1 are then means over the classes that the set has, macro AUROC over those of them that it also
    has others than.

    Args:
        predictions: As `evaluate_predictions` takes them, each row of split `EXTERNAL`.
        classes: The model's diagnoses.
        config: Settings.
        seed: The run's seed.
        point: The threshold that was frozen when the model was made, or why there is none.

    Returns:
        `metrics.json` without ``agreement``.

    Raises:
        ModelError: If the table cannot be trusted.
    """
    check_predictions(predictions, classes)
    split = prepare_split(predictions, EXTERNAL, classes, config, seed)
    return {"classes": list(classes), "splits": {EXTERNAL: _evaluate_split(split, point)}}


def prepare_split(
    predictions: pd.DataFrame, name: str, classes: Sequence[str], config: EvaluateConfig, seed: int
) -> SplitEvaluation:
    """Prepare the rows of one split; the same seed gives the same resamples wherever figures are made."""
    table = predictions[predictions["split"] == name]
    return SplitEvaluation(
        name, table, score_rows(table, classes, config), config, derive_seed(seed, "bootstrap", name)
    )


def _choose_point(
    validation: SplitEvaluation | None, classes: Sequence[str], config: EvaluateConfig
) -> OperatingPoint | NotEvaluated:
    if DIAGNOSIS not in classes:
        return NotEvaluated(f"{DIAGNOSIS} is not among the classes")
    if validation is None:
        return NotEvaluated("there are no validation rows to choose the threshold on")
    point = choose_operating_point(validation.rows, config.target_sensitivity)
    return point or NotEvaluated(f"validation has no row of {DIAGNOSIS} to choose the threshold on")


def _evaluate_split(split: SplitEvaluation, point: OperatingPoint | NotEvaluated) -> dict[str, Any]:
    metrics = all_metrics()
    outcomes = split.measure(metrics)
    tree = {
        **{metric.name: outcomes[metric.name][0] for metric in metrics if not metric.per_class},
        "per_class": _describe_classes(split.rows, {m.name: outcomes[m.name] for m in metrics if m.per_class}),
        "subgroups": {column: _describe_subgroups(split, column) for column in split.config.subgroups},
        "operating_point": _describe_point(split, point),
    }
    figures, reasons = separate_outcomes(tree)
    parts: dict[str, Any] = {name: figures.pop(name) for name in PARTS if name in figures}
    return {
        "n": split.rows.size,
        "groups": int(split.rows.groups.max()) + 1,
        "metrics": figures,
        **parts,
        "confusion": _count_confusion(split.rows),
        "not_evaluated": reasons,
    }


def _describe_classes(rows: ScoredRows, outcomes: dict[str, tuple[Outcome, ...]]) -> dict[str, Any]:
    counts = rows.is_actual.sum(axis=0)
    return {
        diagnosis: {"n": int(counts[c]), **{name: columns[c] for name, columns in outcomes.items()}}
        for c, diagnosis in enumerate(rows.classes)
    }


def _describe_subgroups(split: SplitEvaluation, column: str) -> dict[str, Any] | NotEvaluated:
    labels = label_subgroups(split.table, column)
    if labels is None:
        return NotEvaluated(f"no row has a value for {column}")
    outcomes = split.measure(subgroup_metrics(split.rows, labels, split.config.min_events).values())
    return {
        str(name): {"n": int(n), **({"accuracy": outcomes[name][0]} if name in outcomes else {"note": "too few"})}
        for name, n in labels.value_counts().sort_index().items()
    }


def _describe_point(split: SplitEvaluation, point: OperatingPoint | NotEvaluated) -> dict[str, Any] | NotEvaluated:
    if isinstance(point, NotEvaluated):
        return point
    optimistic = "; optimistic, because the threshold was chosen on these rows" if split.name == "validation" else ""
    outcomes = split.measure(operating_point_metrics(split.rows, point))
    return {
        "class": DIAGNOSIS,
        "threshold": point.threshold,
        "chosen_on": "validation",
        "target_sensitivity": point.target_sensitivity,
        **{name: _add_to_method(columns[0], optimistic) for name, columns in outcomes.items()},
    }


def _add_to_method(outcome: Outcome, remark: str) -> Outcome:
    return replace(outcome, method=outcome.method + remark) if isinstance(outcome, Figure) else outcome


def _count_confusion(rows: ScoredRows) -> list[list[int]]:
    """Return counts, true class by predicted class."""
    size = len(rows.classes)
    counts = np.bincount(rows.truth * size + rows.predicted, minlength=size * size)
    return [[int(count) for count in row] for row in counts.reshape(size, size)]
