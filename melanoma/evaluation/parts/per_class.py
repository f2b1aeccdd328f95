"""Sensitivity, precision, F1 and AUROC of each diagnosis."""

from typing import Any

from melanoma.evaluation.metric import all_metrics
from melanoma.evaluation.part import Part, Rule
from melanoma.evaluation.split_evaluation import SplitEvaluation


def evaluate_classes(split: SplitEvaluation, rule: Rule) -> dict[str, Any]:
    """Return per diagnosis its number of images, ``n``, and each figure that is one per class."""
    counts = split.rows.is_actual.sum(axis=0)
    outcomes = split.measure(metric for metric in all_metrics() if metric.per_class)
    return {
        diagnosis: {"n": int(counts[c]), **{name: columns[c] for name, columns in outcomes.items()}}
        for c, diagnosis in enumerate(split.rows.classes)
    }


PART = Part("per_class", evaluate_classes)
