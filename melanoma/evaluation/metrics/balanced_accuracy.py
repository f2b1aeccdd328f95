"""The mean of the classes' sensitivities, each class with the same say however rare it is."""

from melanoma.evaluation.metric import Metric, class_mean, independent_mean_effective
from melanoma.evaluation.metrics.sensitivity import of_class, sensitivity
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats


def balanced_accuracy(sample: Sample) -> Floats:
    """Return the mean sensitivity over the classes that have rows in the split.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]; not a number where one of these classes has no weight.

    Examples:
        Sensitivities 1/2 and 1/1.

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
        >>> balanced_accuracy(whole_sample(rows))
        array([0.75])
    """
    return class_mean(sensitivity(sample), sample.rows.present)


def balanced_accuracy_effective(whole: Sample) -> Floats:
    """Return the lesions behind the mean, float64 [1]; each class's sensitivity rests on its own."""
    return independent_mean_effective(whole.rows.count_groups(of_class(whole.rows)), whole.rows.present)


def lesions_by_class(whole: Sample) -> Floats:
    """Return the lesions of each class that the split has, float64 [K]."""
    return whole.rows.count_groups(of_class(whole.rows))[whole.rows.present]


METRIC = Metric(
    name="balanced_accuracy",
    function=balanced_accuracy,
    needs="the split has no row",
    effective=balanced_accuracy_effective,
    averaged=lesions_by_class,
    modelled=balanced_accuracy_effective,
)
