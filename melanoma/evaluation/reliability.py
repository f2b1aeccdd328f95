"""Bins of equally many rows by stated confidence, and the share that is right in each."""

from typing import Any

import numpy as np

from melanoma.evaluation.figure import Figure
from melanoma.evaluation.interval import wilson_interval
from melanoma.evaluation.scored_rows import Bools, Floats, Ints, ScoredRows

LESIONS_PER_BIN = 5
# A mark of a diagram is read by itself: of fewer lesions its interval would span more than half of the scale.
LESIONS_PER_MARK = 15
# Decimals to which confidences are compared: the same probabilities in another order differ in the last digits once
# they have been scaled, and which bin a row is in must not hang on that.
_DECIMALS = 12
# Bins are small, so that the score interval holds better than a bootstrap; and one wording serves all of them.
METHOD = "Wilson score interval over the lesions of the bin"


def top_confidence(rows: ScoredRows) -> Floats:
    """Return the probability of each row's predicted class, float64 [n]."""
    return rows.probabilities[np.arange(rows.size), rows.predicted]


def count_bins(rows: ScoredRows) -> int:
    """Return how many bins there are: as configured, fewer where a bin would hold under five lesions.

    With one row per bin the figure would be mean |confidence - right|, which is not calibration.
    """
    return max(1, min(rows.ece_bins, _count_lesions(rows) // LESIONS_PER_BIN))


def bin_rows(confidence: Floats, bins: int) -> Ints:
    """Return the bin of each row; bins hold equally many rows, but confidences equal but for rounding share a bin.

    Args:
        confidence: Float64 [n].
        bins: How many, K.

    Returns:
        int64 [n], in [0, K).

    Examples:
        >>> bin_rows(np.array([0.9, 0.2, 0.5, 0.4]), 2)
        array([1, 0, 1, 0])
    """
    last_rows = -(-len(confidence) * np.arange(1, bins) // bins) - 1
    rounded = np.round(confidence, _DECIMALS)
    return np.searchsorted(np.sort(rounded)[last_rows], rounded, side="left")


def describe_bins(rows: ScoredRows) -> dict[str, Any]:
    """Describe the reliability diagram of the predicted classes' probabilities.

    It may have fewer bins than the calibration error has.

    Args:
        rows: At least one row.

    Returns:
        By number of the bin, from the least confident up: mean ``confidence``, number of images ``n``, and the figure
        ``right``, the share whose predicted class is the true one.
    """
    confidence, right = top_confidence(rows), rows.truth == rows.predicted
    of_row = bin_rows(confidence, _count_marks(rows))
    filled = np.unique(of_row)
    return {f"{place:02d}": _describe_bin(rows, of_row == k, right) for place, k in enumerate(filled, 1)}


def _count_marks(rows: ScoredRows) -> int:
    return max(1, min(rows.ece_bins, _count_lesions(rows) // LESIONS_PER_MARK))


def _count_lesions(rows: ScoredRows) -> int:
    return int(rows.count_groups(np.ones(rows.size, dtype=np.bool_))[0])


def _describe_bin(rows: ScoredRows, within: Bools, right: Bools) -> dict[str, Any]:
    share = float(right[within].mean())
    interval = wilson_interval(share, float(rows.count_groups(within)[0]))
    n, found = int(within.sum()), int(right[within].sum())
    return {
        "confidence": float(top_confidence(rows)[within].mean()),
        "n": n,
        "right": Figure(value=share, interval=interval, n=n, method=METHOD, events=found),
    }
