"""Per class: share of the rows predicted as it that are of it (positive predictive value)."""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics.sensitivity import of_class
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows


def precision(sample: Sample) -> Floats:
    """Return TP / (TP + FP) of each class that the split has rows of.

    It holds for the split's own class mix, not for another clinic's.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B, C]; not a number where nothing is predicted as the class, or the split has no row of it.

    Examples:
        The one row called melanoma is one; of two called nevus, one is.

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
        >>> precision(whole_sample(rows))
        array([[1. , 0.5]])
    """
    return np.where(sample.rows.present, divide(sample.hits, sample.predicted), np.nan)


def predicted_as(rows: ScoredRows) -> Bools:
    """Bool [n, C]: the rows predicted as each class."""
    return rows.is_predicted


METRIC = Metric(
    name="precision",
    function=precision,
    needs="the split has no row of {diagnosis}, or none is predicted as it",
    per_class=True,
    base=predicted_as,
    events=of_class,
)
