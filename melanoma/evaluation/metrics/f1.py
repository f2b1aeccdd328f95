"""Per class: the harmonic mean of precision and sensitivity."""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics.sensitivity import of_class
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows


def f1(sample: Sample) -> Floats:
    """Return 2 TP / (2 TP + FP + FN) of each class.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B, C]; not a number where a class has no weight.

    Examples:
        Melanoma: 2 / (2 + 0 + 1). Nevus: 2 / (2 + 1 + 0).

        >>> import numpy as np
        >>> from melanoma.evaluation.sample import whole_sample
        >>> from melanoma.evaluation.scored_rows import ScoredRows
        >>> rows = ScoredRows(
        ...     classes=("melanoma", "nevus"),
        ...     truth=np.array([0, 0, 1]),
        ...     predicted=np.array([0, 1, 1]),
        ...     probabilities=np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]),
        ...     groups=np.arange(3),
        ... )
        >>> f1(whole_sample(rows)).round(4)
        array([[0.6667, 0.6667]])
    """
    figures = divide(2 * sample.hits, sample.actual + sample.predicted)
    return np.where(sample.actual > 0, figures, np.nan)


def of_or_predicted_as(rows: ScoredRows) -> Bools:
    """Bool [n, C]: the rows that are of a class or predicted as it; no other row moves its F1."""
    return rows.is_actual | rows.is_predicted


def f1_effective(whole: Sample) -> Floats:
    """Return the lesions behind each F1, float64 [C]: g * 2 / (2 - F1)^2.

    F1 = 2 J / (1 + J), where J = TP / (TP + FP + FN) is a proportion of g lesions. With this count the score
    interval of F1 at 0 and at 1 is exactly the score interval of J, transformed.
    """
    groups = whole.rows.count_groups(of_or_predicted_as(whole.rows))
    return np.asarray(groups * 2 / (2 - np.nan_to_num(f1(whole)[0])) ** 2)


METRIC = Metric(
    name="f1",
    function=f1,
    needs="the split has no row of {diagnosis}",
    per_class=True,
    base=of_or_predicted_as,
    events=of_class,
    effective=f1_effective,
)
