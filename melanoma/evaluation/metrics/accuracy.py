"""Share of rows whose predicted class is the true one."""

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats


def accuracy(sample: Sample) -> Floats:
    """Return the weight of right rows over the weight of all.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B].

    Examples:
        Two of three rows are right.

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
        >>> accuracy(whole_sample(rows)).round(4)
        array([0.6667])
    """
    return divide(sample.hits.sum(axis=1), sample.total)


METRIC = Metric(name="accuracy", function=accuracy, needs="the split has no row")
