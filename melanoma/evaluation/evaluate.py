"""From a table of predictions to `metrics.json`: figures, each with its interval, for each split."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.data.roles import EVALUATED
from melanoma.evaluation.check_predictions import check_enough, check_predictions
from melanoma.evaluation.figure import separate_outcomes
from melanoma.evaluation.metric import all_metrics
from melanoma.evaluation.part import Rules, evaluate_parts, freeze_rules
from melanoma.evaluation.scored_rows import ScoredRows
from melanoma.evaluation.split_evaluation import SplitEvaluation, prepare_split

EXTERNAL = "external"


def evaluate_predictions(
    predictions: pd.DataFrame, classes: Sequence[str], config: EvaluateConfig, seed: int
) -> dict[str, Any]:
    """Evaluate the predictions of a model on validation, calibration and test.

    Rules, such as the operating point, are frozen on validation or calibration rows, never on test rows.

    Args:
        predictions: One row per image: ``image_id``, ``split``, ``group_id``, ``diagnosis``, ``predicted``,
            ``probability:<class>`` for each class, and the subgroups' columns where the set has them.
        classes: The model's diagnoses.
        config: Settings.
        seed: The run's seed.

    Returns:
        `metrics.json` without ``agreement``: plain JSON values; what has no data is absent and named with the reason
        in ``not_evaluated``. ``frozen`` holds the rules, ``not_frozen`` why there is none.

    Raises:
        ModelError: If the table cannot be trusted, or has too few rows of split test or all of one diagnosis.
    """
    check_predictions(predictions, classes)
    check_enough(predictions, "test")
    splits = {
        name: prepare_split(predictions, name, classes, config, seed)
        for name in EVALUATED
        if (predictions["split"] == name).any()
    }
    rules = freeze_rules(splits)
    frozen, reasons = separate_outcomes(rules)
    return {
        "classes": list(classes),
        "frozen": frozen,
        "not_frozen": reasons,
        "splits": {name: _evaluate_split(split, rules) for name, split in splits.items()},
    }


def evaluate_external(
    predictions: pd.DataFrame, classes: Sequence[str], config: EvaluateConfig, seed: int, rules: Rules
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
        rules: What was frozen when the model was made, by part, or why there is none.

    Returns:
        `metrics.json` without ``agreement``.

    Raises:
        ModelError: If the table cannot be trusted, or has too few rows or all of one diagnosis.
    """
    check_predictions(predictions, classes)
    check_enough(predictions, EXTERNAL)
    split = prepare_split(predictions, EXTERNAL, classes, config, seed)
    return {"classes": list(classes), "splits": {EXTERNAL: _evaluate_split(split, rules)}}


def _evaluate_split(split: SplitEvaluation, rules: Rules) -> dict[str, Any]:
    metrics = tuple(metric for metric in all_metrics() if not metric.per_class)
    outcomes = split.measure(metrics)
    figures, no_figure = separate_outcomes({metric.name: outcomes[metric.name][0] for metric in metrics})
    parts, no_part = separate_outcomes(evaluate_parts(split, rules))
    return {
        "n": split.rows.size,
        "groups": int(split.rows.groups.max()) + 1,
        "metrics": figures,
        **parts,
        "confusion": _count_confusion(split.rows),
        "not_evaluated": no_figure | no_part,
    }


def _count_confusion(rows: ScoredRows) -> list[list[int]]:
    """Return counts, true class by predicted class."""
    size = len(rows.classes)
    counts = np.bincount(rows.truth * size + rows.predicted, minlength=size * size)
    return [[int(count) for count in row] for row in counts.reshape(size, size)]
