"""Per class: area under the ROC curve of its probability, against the rows of all other classes."""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics.sensitivity import of_class
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows


def auroc(sample: Sample) -> Floats:
    """Return the one-vs-rest AUROC of each class; `weighted_auroc` has the definition and an example.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B, C]; not a number where the class or the rest has no weight.
    """
    return sample.class_auroc


def every_row_per_class(rows: ScoredRows) -> Bools:
    """Bool [n, C]: all rows, for each class."""
    return np.ones(rows.is_actual.shape, dtype=np.bool_)


def auroc_effective(whole: Sample) -> Floats:
    """Return the lesions behind each AUROC, float64 [C]: those of the smaller side.

    The variance of the Mann-Whitney statistic is at most A(1 - A) / min(P, N) (Birnbaum and Klose 1957, Annals of
    Mathematical Statistics 28:933-945).
    """
    actual = whole.rows.is_actual
    return np.minimum(whole.rows.count_groups(actual), whole.rows.count_groups(~actual))


METRIC = Metric(
    name="auroc",
    function=auroc,
    needs="the split lacks rows of {diagnosis} or rows of any other class",
    per_class=True,
    base=every_row_per_class,
    events=of_class,
    effective=auroc_effective,
)
