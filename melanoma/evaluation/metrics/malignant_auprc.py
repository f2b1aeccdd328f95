"""Average precision of malignant against benign lesions."""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics.malignant_auroc import NEEDS, malignant_or_benign, malignant_rows
from melanoma.evaluation.ranking import weighted_average_precision
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats, ScoredRows


def malignant_auprc(sample: Sample) -> Floats:
    """Return the average precision of the malignant share; `weighted_average_precision` has an example.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B]; not a number where malignant or benign rows have no weight.
    """
    view = sample.rows.malignancy
    figures = weighted_average_precision(view.ranking, sample.weights)
    return np.where(sample.weights @ view.benign.astype(np.float64) > 0, figures, np.nan)


def malignant_lesions(whole: Sample) -> Floats:
    """Return how many lesions are malignant, float64 [1], the count of Boyd, Eng and Page (2013, ECML PKDD)."""
    return whole.rows.count_groups(malignant_rows(whole.rows))


def name_baseline(rows: ScoredRows) -> str:
    """Say what a model that knows nothing would get, and which rows do not count."""
    view = rows.malignancy
    share = view.malignant.sum() / view.counted.sum()
    return "; ".join(filter(None, (f"average precision, {share:.3f} by chance", view.describe())))


METRIC = Metric(
    name="malignant_auprc",
    function=malignant_auprc,
    needs=NEEDS,
    base=malignant_or_benign,
    events=malignant_rows,
    effective=malignant_lesions,
    note=name_baseline,
)
