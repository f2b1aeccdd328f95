"""The multiclass Brier score: the squared error of the probabilities, summed over classes; 0 is best, 2 worst."""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats, ScoredRows


def brier(sample: Sample) -> Floats:
    """Return the mean over rows of sum_c (p_c - y_c)^2 (Brier 1950, Monthly Weather Review 78:1-3).

    Args:
        sample: B weightings.

    Returns:
        Float64 [B], in [0, 2].

    Examples:
        One melanoma at 0.9: 0.1^2 + 0.1^2 = 0.02. One nevus at 0.4: 0.6^2 + 0.6^2 = 0.72. Their mean is 0.37.

        >>> import numpy as np
        >>> from melanoma.evaluation.sample import whole_sample
        >>> from melanoma.evaluation.scored_rows import ScoredRows
        >>> rows = ScoredRows(
        ...     classes=("melanoma", "nevus"),
        ...     truth=np.array([0, 1]),
        ...     predicted=np.array([0, 0]),
        ...     probabilities=np.array([[0.9, 0.1], [0.6, 0.4]]),
        ...     groups=np.arange(2),
        ... )
        >>> brier(whole_sample(rows)).round(4)
        array([0.37])
    """
    errors = ((sample.rows.probabilities - sample.rows.is_actual) ** 2).sum(axis=1)
    return divide(np.asarray(sample.weights @ errors), sample.total)


def name_definition(rows: ScoredRows) -> str:
    """Say which of the two common definitions this is."""
    return "sum over classes, 0 to 2"


METRIC = Metric(name="brier", function=brier, needs="the split has no row", upper=2.0, note=name_definition)
