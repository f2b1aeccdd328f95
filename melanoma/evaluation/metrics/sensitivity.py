"""Per class: share of its rows that are predicted as it (recall, true positive rate)."""

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows


def sensitivity(sample: Sample) -> Floats:
    """Return TP / (TP + FN) of each class.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B, C]; not a number where a class has no weight.

    Examples:
        One of two melanomas is found, and the one nevus.

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
        >>> sensitivity(whole_sample(rows))
        array([[0.5, 1. ]])
    """
    return divide(sample.hits, sample.actual)


def of_class(rows: ScoredRows) -> Bools:
    """Bool [n, C]: the rows of each class."""
    return rows.is_actual


METRIC = Metric(
    name="sensitivity",
    function=sensitivity,
    needs="the split has no row of {diagnosis}",
    per_class=True,
    base=of_class,
    events=of_class,
)
