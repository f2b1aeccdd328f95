"""The mean of the classes' F1."""

from melanoma.evaluation.metric import Metric, class_mean, one_vs_rest_mean_effective
from melanoma.evaluation.metrics.balanced_accuracy import lesions_by_class
from melanoma.evaluation.metrics.f1 import f1, f1_effective
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats


def macro_f1(sample: Sample) -> Floats:
    """Return the mean F1 over the classes that have rows in the split.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]; not a number where one of these classes has no weight.

    Examples:
        Melanoma 2 / 3, nevus 2 / 3.

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
        >>> macro_f1(whole_sample(rows)).round(4)
        array([0.6667])
    """
    return class_mean(f1(sample), sample.rows.present)


def macro_f1_effective(whole: Sample) -> Floats:
    """Return the lesions behind the mean, float64 [1]; an error lowers the F1 of two classes at once."""
    return one_vs_rest_mean_effective(f1_effective(whole), whole.rows.present)


METRIC = Metric(
    name="macro_f1",
    function=macro_f1,
    needs="the split has no row",
    effective=macro_f1_effective,
    averaged=lesions_by_class,
    modelled=macro_f1_effective,
)
