"""Temperature scaling: one number that makes all probabilities of a model bolder or more timid."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import softmax

from melanoma.evaluation.log_loss import log_probabilities
from melanoma.evaluation.scored_rows import Floats, ScoredRows

# Beyond these a temperature says that there is nothing to fit, not how much.
LOWEST, HIGHEST = 0.05, 20.0


def scale(probabilities: Floats, temperature: float) -> Floats:
    """Return softmax(log p / T), which keeps the order of the classes (Guo et al. 2017, ICML, section 4.2).

    Logits differ from log p by a constant per row, which the softmax takes away: they need not be known.

    Args:
        probabilities: Float64 [n, C].
        temperature: T, above 0; above 1 makes them more timid.

    Returns:
        Float64 [n, C], rows sum to 1.

    Examples:
        At T = 0.5 probabilities are squared: 0.8^2 = 0.64 to 0.2^2 = 0.04.

        >>> scale(np.array([[0.8, 0.2]]), 0.5).round(4)
        array([[0.9412, 0.0588]])
    """
    return np.asarray(softmax(log_probabilities(probabilities) / temperature, axis=1))


def find_temperature(rows: ScoredRows) -> float | None:
    """Find the temperature with the least log loss.

    The log loss is convex in 1 / T, so that its least value is where its slope is 0.

    Args:
        rows: At least one row.

    Returns:
        The temperature; none if the best is not between `LOWEST` and `HIGHEST`.
    """
    logs = log_probabilities(rows.probabilities)
    stated = logs[np.arange(rows.size), rows.truth].mean()

    def slope(inverse: float) -> float:
        return float((softmax(logs * inverse, axis=1) * logs).sum(axis=1).mean() - stated)

    if not slope(1 / HIGHEST) < 0 < slope(1 / LOWEST):
        return None
    return 1 / float(brentq(slope, 1 / HIGHEST, 1 / LOWEST, xtol=1e-14, rtol=1e-12))
