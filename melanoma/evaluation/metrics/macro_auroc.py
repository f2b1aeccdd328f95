"""The mean of the classes' one-vs-rest AUROC."""

from melanoma.evaluation.metric import Metric, class_mean, one_vs_rest_mean_effective
from melanoma.evaluation.metrics.auroc import auroc_effective
from melanoma.evaluation.metrics.balanced_accuracy import lesions_by_class
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats


def macro_auroc(sample: Sample) -> Floats:
    """Return the mean AUROC over the classes with both rows of their own and rows of others in the split.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]; not a number where one of these classes has no weight.
    """
    return class_mean(sample.class_auroc, sample.rows.rankable)


def macro_auroc_effective(whole: Sample) -> Floats:
    """Return the lesions behind the mean, float64 [1]; the classes are ranked on the same lesions."""
    return one_vs_rest_mean_effective(auroc_effective(whole), whole.rows.rankable)


METRIC = Metric(
    name="macro_auroc",
    function=macro_auroc,
    needs="the split has rows of one class only",
    effective=macro_auroc_effective,
    averaged=lesions_by_class,
)
