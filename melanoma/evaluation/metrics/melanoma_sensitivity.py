"""Share of the melanomas that are predicted as melanoma; the most probable class is the predicted one."""

from melanoma.evaluation.metric import Metric, class_column
from melanoma.evaluation.metrics.sensitivity import sensitivity
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows


def melanoma_sensitivity(sample: Sample) -> Floats:
    """Return TP / (TP + FN) of melanoma.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]; not a number where melanomas have no weight.
    """
    return class_column(sample, sensitivity(sample), "melanoma")


def melanomas(rows: ScoredRows) -> Bools:
    """Bool [n, 1]: the rows of melanoma."""
    return rows.is_actual[:, [rows.classes.index("melanoma")]]


METRIC = Metric(
    name="melanoma_sensitivity",
    function=melanoma_sensitivity,
    needs="the split has no row of melanoma",
    diagnosis="melanoma",
    base=melanomas,
    events=melanomas,
)
