"""A threshold on the melanoma probability, chosen on validation and frozen, and what it gives on each split."""

from dataclasses import dataclass

import numpy as np

from melanoma.evaluation.metric import Metric, proportion
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows

DIAGNOSIS = "melanoma"


@dataclass(frozen=True)
class OperatingPoint:
    """A frozen rule: call melanoma where its probability is at least the threshold.

    Attributes:
        threshold: In [0, 1].
        target_sensitivity: What it was chosen for, on validation.
    """

    threshold: float
    target_sensitivity: float


def choose_operating_point(validation: ScoredRows, target_sensitivity: float) -> OperatingPoint | None:
    """Choose the highest threshold that finds the target share of the validation's melanomas.

    Args:
        validation: Rows of classes that include melanoma.
        target_sensitivity: In (0, 1].

    Returns:
        The operating point; none if no row is melanoma.
    """
    melanoma = validation.classes.index(DIAGNOSIS)
    scores = validation.probabilities[validation.is_actual[:, melanoma], melanoma]
    return OperatingPoint(find_threshold(scores, target_sensitivity), target_sensitivity) if scores.size else None


def find_threshold(scores: Floats, target_sensitivity: float) -> float:
    """Return the highest threshold t with share(scores >= t) >= target.

    Args:
        scores: Float64 [P], P > 0: the probabilities of the positive rows.
        target_sensitivity: In (0, 1].

    Returns:
        One of the scores.

    Examples:
        Two of three are 0.67, which is short of 0.7, so all three must be found.

        >>> find_threshold(np.array([0.9, 0.2, 0.6]), 0.7), find_threshold(np.array([0.9, 0.2, 0.6]), 0.6)
        (0.2, 0.6)
    """
    falling = np.sort(scores)[::-1]
    reached = np.arange(1, len(falling) + 1) / len(falling) >= target_sensitivity
    return float(falling[np.argmax(reached)])


def operating_point_metrics(rows: ScoredRows, point: OperatingPoint) -> tuple[Metric, Metric]:
    """Return sensitivity and specificity of the frozen rule as metrics of one split."""
    melanoma = rows.classes.index(DIAGNOSIS)
    called: Bools = rows.probabilities[:, melanoma] >= point.threshold
    actual = rows.is_actual[:, melanoma]
    return (
        proportion("sensitivity", called, actual, f"the split has no row of {DIAGNOSIS}"),
        proportion("specificity", ~called, ~actual, f"the split has no row of any class but {DIAGNOSIS}"),
    )
