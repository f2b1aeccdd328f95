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


def count_by_model(areas: Floats, positives: Floats, negatives: Floats) -> Floats:
    """Return of how many lesions a proportion would spread as an AUROC A of P against N lesions does.

    That is A(1 - A) over the variance of exponential scores, (A(1 - A) + (P - 1)(A / (2 - A) - A^2) +
    (N - 1)(2 A^2 / (1 + A) - A^2)) / PN (Hanley and McNeil 1982, Radiology 143:29-36), which other scores seldom
    exceed. With few positives it is (1 + A) / A for each of them.

    Args:
        areas: Float64 [K], in [0, 1].
        positives: Float64 [K], P.
        negatives: Float64 [K], N.

    Returns:
        Float64 [K].

    Examples:
        One against one is a single proportion. At 1/2 it is 3 PN / (P + N + 1), Wilcoxon's variance.

        >>> count_by_model(np.array([0.9, 0.5]), np.array([1.0, 10.0]), np.array([1.0, 19.0]))
        array([ 1., 19.])
    """
    spread = 1 + (positives - 1) * (1 - areas) / (2 - areas) + (negatives - 1) * areas / (1 + areas)
    return np.asarray(positives * negatives / spread)


def auroc_modelled(whole: Sample) -> Floats:
    """Return the lesions that the model of `count_by_model` counts behind each AUROC, float64 [C]."""
    actual = whole.rows.is_actual
    return count_by_model(auroc(whole)[0], whole.rows.count_groups(actual), whole.rows.count_groups(~actual))


METRIC = Metric(
    name="auroc",
    function=auroc,
    needs="the split lacks rows of {diagnosis} or rows of any other class",
    per_class=True,
    base=every_row_per_class,
    events=of_class,
    effective=auroc_effective,
    modelled=auroc_modelled,
)
