"""Share of the other lesions that are not predicted as melanoma; the most probable class is the predicted one."""

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics.melanoma_sensitivity import melanomas
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows


def melanoma_specificity(sample: Sample) -> Floats:
    """Return TN / (TN + FP) of melanoma; one benign lesion taken for another is no error here.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]; not a number where no other diagnosis has weight.

    Examples:
        One nevus of two is called melanoma.

        >>> import numpy as np
        >>> from melanoma.evaluation.sample import whole_sample
        >>> from melanoma.evaluation.scored_rows import ScoredRows
        >>> rows = ScoredRows(
        ...     classes=("melanoma", "nevus"),
        ...     truth=np.array([0, 1, 1]),
        ...     predicted=np.array([0, 0, 1]),
        ...     probabilities=np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]),
        ...     groups=np.arange(3),
        ... )
        >>> melanoma_specificity(whole_sample(rows))
        array([0.5])
    """
    others = not_melanomas(sample.rows)[:, 0]
    not_called = ~sample.rows.is_predicted[:, sample.rows.classes.index("melanoma")]
    return divide(sample.weights @ (others & not_called).astype(float), sample.weights @ others.astype(float))


def not_melanomas(rows: ScoredRows) -> Bools:
    """Bool [n, 1]: the rows of every other diagnosis."""
    return ~melanomas(rows)


METRIC = Metric(
    name="melanoma_specificity",
    function=melanoma_specificity,
    needs="the split has no row of any class but melanoma",
    diagnosis="melanoma",
    base=not_melanomas,
    events=not_melanomas,
)
