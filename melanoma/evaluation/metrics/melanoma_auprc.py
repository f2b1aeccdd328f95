"""Average precision of the melanoma probability: the area under its precision-recall curve, summed by steps."""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics.melanoma_sensitivity import melanomas
from melanoma.evaluation.ranking import weighted_average_precision
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats, ScoredRows


def melanoma_auprc(sample: Sample) -> Floats:
    """Return the average precision; `weighted_average_precision` has the definition and an example.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]; not a number where melanomas or others have no weight.
    """
    melanoma = sample.rows.classes.index("melanoma")
    figures = weighted_average_precision(sample.rows.rankings[melanoma], sample.weights)
    others = sample.weights @ (~sample.rows.is_actual[:, melanoma]).astype(np.float64)
    return np.where(others > 0, figures, np.nan)


def melanoma_lesions(whole: Sample) -> Floats:
    """Return how many lesions are melanoma, float64 [1], the count of Boyd, Eng and Page (2013, ECML PKDD)."""
    melanoma = whole.rows.classes.index("melanoma")
    return whole.rows.count_groups(whole.rows.is_actual[:, melanoma])


def name_baseline(rows: ScoredRows) -> str:
    """Say what a model that knows nothing would get."""
    share = rows.is_actual[:, rows.classes.index("melanoma")].mean()
    return f"average precision, {share:.3f} by chance"


METRIC = Metric(
    name="melanoma_auprc",
    function=melanoma_auprc,
    needs="the split lacks rows of melanoma or rows of any other class",
    diagnosis="melanoma",
    events=melanomas,
    effective=melanoma_lesions,
    note=name_baseline,
)
