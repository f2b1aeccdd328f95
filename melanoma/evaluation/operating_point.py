"""A threshold on the melanoma probability, chosen on validation and frozen, and what it gives on each split."""

from dataclasses import dataclass, replace

import numpy as np

from melanoma.evaluation.figure import NotEvaluated, Outcome
from melanoma.evaluation.interval import wilson_interval
from melanoma.evaluation.metric import Metric, proportion
from melanoma.evaluation.ranking import divide
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


def operating_point_metrics(rows: ScoredRows, point: OperatingPoint) -> tuple[Metric, ...]:
    """Return what the frozen rule gives as metrics of one split.

    PPV, NPV and net benefit hold for the split's own share of melanomas, not for another clinic's.

    Args:
        rows: Rows of classes that include melanoma.
        point: The rule.

    Returns:
        Sensitivity, specificity, PPV, NPV, and the net benefit of the rule and of biopsying all.
    """
    called, everyone = _called(rows, point), np.ones(rows.size, dtype=np.bool_)
    actual = rows.is_actual[:, rows.classes.index(DIAGNOSIS)]
    others = f"the split has no row of any class but {DIAGNOSIS}"
    return (
        proportion("sensitivity", called, actual, f"the split has no row of {DIAGNOSIS}", actual),
        proportion("specificity", ~called, ~actual, others, ~actual),
        proportion("ppv", actual, called, f"no row is called {DIAGNOSIS}", actual),
        proportion("npv", ~actual, ~called, f"every row is called {DIAGNOSIS}", actual),
        _net_benefit("net_benefit", called, actual, point.threshold),
        _net_benefit("net_benefit_of_biopsying_all", everyone, actual, point.threshold),
    )


def count_called(rows: ScoredRows, point: OperatingPoint) -> float:
    """Return how many independent lesions the rule calls melanoma."""
    return float(rows.count_groups(_called(rows, point))[0])


def number_needed_to_biopsy(ppv: Outcome, lesions: float) -> Outcome:
    """Return how many lesions that are called melanoma are biopsied to find one: 1 / PPV.

    Args:
        ppv: The positive predictive value.
        lesions: How many independent lesions are called melanoma.

    Returns:
        The figure, from 1 up; its interval is that of PPV turned round. Where resamples without any find take PPV's
        low end to 0, its score interval stands in, because 1 / 0 is no number that could be written down.

    Examples:
        One in four, between one in eight and one in two.

        >>> from melanoma.evaluation.figure import Figure
        >>> found = number_needed_to_biopsy(Figure(0.25, (0.125, 0.5), 40, "bootstrap", 10), 40)
        >>> found.value, found.interval, found.method
        (4.0, (2.0, 8.0), '1 / PPV, its interval: bootstrap')
    """
    if isinstance(ppv, NotEvaluated):
        return ppv
    if ppv.value == 0:
        return NotEvaluated(f"no row that is called {DIAGNOSIS} is one, so that no number of biopsies is enough")
    (low, high), method = ppv.interval, ppv.method
    if low <= 0:
        low, method = wilson_interval(ppv.value, lesions)[0], f"{method}; its low end by Wilson's score interval"
    return replace(ppv, value=1 / ppv.value, interval=(1 / high, 1 / low), method=f"1 / PPV, its interval: {method}")


def _called(rows: ScoredRows, point: OperatingPoint) -> Bools:
    return np.asarray(rows.probabilities[:, rows.classes.index(DIAGNOSIS)] >= point.threshold)


def _net_benefit(name: str, biopsied: Bools, actual: Bools, threshold: float) -> Metric:
    """Build TP / n - FP / n * t / (1 - t) as a metric (Vickers and Elkin 2006, Medical Decision Making 26:565-574).

    Whoever biopsies from probability t on holds t / (1 - t) biopsies in vain for as bad as one melanoma missed. The
    unit is melanomas found per image, of which those are taken off that the biopsies in vain weigh up; to biopsy none
    gives 0.
    """
    harm = threshold / (1 - threshold) if threshold < 1 else np.nan
    worth = np.where(actual, 1.0, -harm) * biopsied + 0 * harm  # without a harm there is no benefit, of no row
    return Metric(
        name=name,
        function=lambda sample: divide(sample.weights @ worth, sample.total),
        needs="at a threshold of 1 a biopsy in vain would be without end worse than a miss",
        events=lambda rows: actual[:, None],
        lower=-harm,
        note=lambda rows: f"at a threshold probability of {threshold:.4g}; to biopsy none gives 0",
    )
