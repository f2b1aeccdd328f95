"""Expected calibration error: how far the stated confidence is from the share that is right."""

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats, Ints, ScoredRows

LESIONS_PER_BIN = 5


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
    gaps = _confidence(rows) - (rows.truth == rows.predicted)
    in_bin = _bin_of_row(rows)[:, None] == np.arange(count_bins(rows))
    return divide(np.abs(sample.weights @ (gaps[:, None] * in_bin)).sum(axis=1), sample.total)


def count_bins(rows: ScoredRows) -> int:
    """Return how many bins there are: as configured, fewer where a bin would hold under five lesions.

    With one row per bin the figure would be mean |confidence - right|, which is not calibration.
    """
    lesions = int(rows.count_groups(np.ones(rows.size, dtype=np.bool_))[0])
    return max(1, min(rows.ece_bins, lesions // LESIONS_PER_BIN))


def name_bins(rows: ScoredRows) -> str:
    """Say how many bins there are."""
    return f"{count_bins(rows)} equal-mass bins of top-label confidence"


def _confidence(rows: ScoredRows) -> Floats:
    return rows.probabilities[np.arange(rows.size), rows.predicted]


def _bin_of_row(rows: ScoredRows) -> Ints:
    """Return int64 [n]: the bin of each row; equal confidences share a bin."""
    confidence, bins = _confidence(rows), count_bins(rows)
    last_rows = -(-rows.size * np.arange(1, bins) // bins) - 1
    return np.searchsorted(np.sort(confidence)[last_rows], confidence, side="left")


METRIC = Metric(name="ece", function=ece, needs="the split has no row", biased_upward=True, note=name_bins)
