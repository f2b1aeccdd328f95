"""Do heat maps depend on what a network has learned? They are compared with those of random weights.

A map that stays the same when weights are drawn at random tells of the picture and the architecture, not of the model
(Adebayo et al. 2018, Sanity Checks for Saliency Maps, NeurIPS).
"""

import numpy as np
import numpy.typing as npt
from scipy import stats

from melanoma.evaluation.figure import Figure, NotEvaluated, Outcome
from melanoma.evaluation.interval import LEVEL

Floats = npt.NDArray[np.floating]
FEWEST = 2


def compare_maps(learned: Floats, random: Floats) -> Outcome:
    """Return the mean rank correlation of the maps of two networks, as they are shown: without what is below 0.

    Args:
        learned: [n, h, w], of the trained network.
        random: [n, h, w], of one with random weights, for the same pictures and diagnoses.

    Returns:
        The mean of Spearman's correlations, in [-1, 1], with Student's interval over pictures; or why there is none.
    """
    each = np.array([_correlate(*pair) for pair in zip(learned, random, strict=True)])
    defined = each[~np.isnan(each)]
    if len(defined) < FEWEST:
        return NotEvaluated(f"{len(defined)} of {len(each)} pictures have two maps that vary; two are needed")
    mean = float(defined.mean())
    reach = float(stats.t.ppf((1 + LEVEL) / 2, len(defined) - 1) * stats.sem(defined))
    left_out = len(each) - len(defined)
    note = f"; {left_out} of {len(each)} pictures left out, because a map is empty" if left_out else ""
    method = f"mean of Spearman's rank correlations over positions, Student's interval over pictures{note}"
    return Figure(mean, (max(mean - reach, -1.0), min(mean + reach, 1.0)), len(defined), method, len(defined))


def _correlate(one: Floats, other: Floats) -> float:
    """Return Spearman's correlation of two maps; not a number where one of them is the same everywhere."""
    first, second = (stats.rankdata(np.maximum(heat, 0)) for heat in (one, other))
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])
