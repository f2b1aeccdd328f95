"""What is asked of two models on the same images: each headline figure as it is taken of a pair."""

from dataclasses import dataclass, replace

import numpy as np

from melanoma.evaluation.delong import RankedPair
from melanoma.evaluation.metrics import (
    accuracy,
    balanced_accuracy,
    brier,
    ece,
    macro_auroc,
    macro_f1,
    melanoma_auroc,
)
from melanoma.evaluation.operating_point import DIAGNOSIS, OperatingPoint, operating_point_metrics
from melanoma.evaluation.paired_difference import PairedMetric, PairedRows, pair_metric, share_rows
from melanoma.evaluation.scored_rows import Bools

_POINT = "at its frozen threshold"


@dataclass(frozen=True)
class Question:
    """A figure that is compared.

    Attributes:
        label: What people call it.
        metric: How it is taken of each model.
        ranked: Of an AUROC, what DeLong's test compares; None of any other figure.
    """

    label: str
    metric: PairedMetric
    ranked: tuple[RankedPair, ...] | None = None


def ask(pair: PairedRows, thresholds: tuple[float | None, float | None]) -> tuple[list[Question], dict[str, str]]:
    """Return what can be asked of two models.

    Args:
        pair: The images that both were evaluated on.
        thresholds: On each one's melanoma probability, frozen by its own run.

    Returns:
        The questions, and why others cannot be asked, by name.
    """
    classes, reasons = pair.first.classes, {}
    questions = [
        Question("Balanced accuracy", pair_metric(balanced_accuracy.METRIC)),
        Question("Accuracy", pair_metric(accuracy.METRIC)),
        Question("Macro F1", pair_metric(macro_f1.METRIC)),
        Question("Macro AUROC", pair_metric(macro_auroc.METRIC), _rank_classes(pair)),
    ]
    if DIAGNOSIS in classes:
        chosen = np.array([name == DIAGNOSIS for name in classes])
        questions.append(Question("Melanoma AUROC", pair_metric(melanoma_auroc.METRIC), (_rank(pair, chosen),)))
    else:
        reasons[melanoma_auroc.METRIC.name] = f"{DIAGNOSIS} is not among the classes"
    first, second = thresholds
    if first is None or second is None or DIAGNOSIS not in classes:
        reasons["operating_point"] = f"not both models have frozen an operating point for {DIAGNOSIS}"
    else:
        questions += _ask_points(pair, (first, second))
    questions += [Question("Brier score", pair_metric(brier.METRIC)), Question("ECE", pair_metric(ece.METRIC))]
    return questions, reasons


def _ask_points(pair: PairedRows, thresholds: tuple[float, float]) -> list[Question]:
    sides = [
        operating_point_metrics(rows, OperatingPoint(threshold, 1.0))[:2]  # sensitivity and specificity
        for rows, threshold in zip((pair.first, pair.second), thresholds, strict=True)
    ]
    melanoma = pair.first.classes.index(DIAGNOSIS)
    first, second = (
        rows.probabilities[:, melanoma] >= threshold
        for rows, threshold in zip((pair.first, pair.second), thresholds, strict=True)
    )
    actual = pair.first.is_actual[:, melanoma]
    finds = [
        lambda pair: [share_rows(pair, (first, second), actual)],
        lambda pair: [share_rows(pair, (~first, ~second), ~actual)],
    ]
    return [
        Question(
            f"Melanoma {one.name} {_POINT}",
            PairedMetric(
                replace(one, name=f"operating_{one.name}"), replace(other, name=f"operating_{one.name}"), find
            ),
        )
        for one, other, find in zip(*sides, finds, strict=True)
    ]


def _rank(pair: PairedRows, classes: Bools) -> RankedPair:
    """Return some classes, bool [C], together against the rest."""
    return RankedPair(
        pair.first.probabilities[:, classes].sum(axis=1),
        pair.second.probabilities[:, classes].sum(axis=1),
        np.asarray(pair.first.is_actual[:, classes].any(axis=1)),
    )


def _rank_classes(pair: PairedRows) -> tuple[RankedPair, ...]:
    each = np.eye(len(pair.first.classes), dtype=np.bool_)
    return tuple(_rank(pair, classes) for classes in each[pair.first.rankable])
