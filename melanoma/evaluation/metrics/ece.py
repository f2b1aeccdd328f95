"""Expected calibration error: how far the stated confidence is from the share that is right."""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.reliability import bin_rows, count_bins, top_confidence
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats, ScoredRows


def ece(sample: Sample) -> Floats:
    """Return the mean over bins of |confidence - share right|, bins weighted by their rows.

    Confidence is the probability of the predicted class (Guo et al. 2017, ICML). Bins hold equally many rows of the
    split, which is less biased than equally wide bins (Roelofs et al. 2022, AISTATS); their edges stay where they are
    in every resample. The estimate is biased upward in small sets, and each resample adds the same bias again:
    hence ``biased_upward`` below.

    Args:
        sample: B weightings.

    Returns:
        Float64 [B].

    Examples:
        Two rows, so one bin: mean confidence (0.9 + 0.6) / 2 = 0.75, share right 1 / 2.

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
        >>> ece(whole_sample(rows))
        array([0.25])
    """
    rows = sample.rows
    bins, confidence = count_bins(rows), top_confidence(rows)
    gaps = confidence - (rows.truth == rows.predicted)
    in_bin = bin_rows(confidence, bins)[:, None] == np.arange(bins)
    return divide(np.abs(sample.weights @ (gaps[:, None] * in_bin)).sum(axis=1), sample.total)


def name_bins(rows: ScoredRows) -> str:
    """Say how many bins there are."""
    return f"{count_bins(rows)} equal-mass bins of top-label confidence"


METRIC = Metric(name="ece", function=ece, needs="the split has no row", biased_upward=True, note=name_bins)
