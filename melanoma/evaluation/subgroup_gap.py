"""The gap of the best and the worst subgroup, with an interval that knows that they were chosen for being extreme.

Of several subgroups that are equally good, one is always best by chance. The interval is therefore one of all pairs of
subgroups at once: its half width is the 95 % quantile, over resamples of lesions, of the largest deviation among all
pairs in units of each one's spread (max-t; Hothorn, Bretz and Westfall 2008, Biometrical Journal 50:346-363).
"""

from dataclasses import dataclass

import numpy as np

from melanoma.evaluation.bootstrap import resample_groups
from melanoma.evaluation.figure import NO_WIDTH, Figure, NotEvaluated, Outcome
from melanoma.evaluation.interval import LEVEL
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.scored_rows import Bools, Floats
from melanoma.evaluation.split_evaluation import SplitEvaluation


@dataclass(frozen=True)
class Gap:
    """The best and the worst subgroup.

    Attributes:
        best: The position of the subgroup with the largest share right.
        worst: Of that with the smallest.
        difference: Best - worst, or why there is no interval.
    """

    best: int
    worst: int
    difference: Outcome


def measure_gap(split: SplitEvaluation, members: Bools) -> Gap:
    """Measure how far accuracy differs between the subgroups.

    Args:
        split: n rows.
        members: Bool [n, K], K at least 2: the rows of each subgroup, none of them empty.

    Returns:
        The extremes and their difference.
    """
    inside = members.astype(np.float64)
    hits = inside * np.equal(split.rows.predicted, split.rows.truth)[:, None]
    shares = hits.sum(axis=0) / inside.sum(axis=0)
    weights = resample_groups(split.rows.groups, split.config.resamples, split.seed)
    draws = np.concatenate([divide(batch @ hits, batch @ inside) for batch in weights])
    best, worst = int(shares.argmax()), int(shares.argmin())
    return Gap(best, worst, _join(shares, draws[~np.isnan(draws).any(axis=1)], (best, worst), members))


def _join(shares: Floats, draws: Floats, extremes: tuple[int, int], members: Bools) -> Outcome:
    """Return the difference of the extremes; draws is float64 [B, K], without missing values."""
    best, worst = extremes
    first, second = np.triu_indices(len(shares), k=1)
    deviations = (draws[:, first] - draws[:, second]) - (shares[first] - shares[second])
    spread = deviations.std(axis=0)
    spreads = spread > NO_WIDTH  # two subgroups that are right throughout say nothing of how far others may deviate
    chosen = float((draws[:, best] - draws[:, worst]).std())
    if chosen < NO_WIDTH:
        return NotEvaluated("resamples of these subgroups all agree, which is no certainty")
    reach = float(np.quantile((np.abs(deviations[:, spreads]) / spread[spreads]).max(axis=1), LEVEL)) * chosen
    value = float(shares[best] - shares[worst])
    method = f"bootstrap over lesions, max-t over all {len(first)} pairs of subgroups, {len(draws)} resamples"
    rows = int(members[:, list(extremes)].sum())
    return Figure(value, (max(value - reach, -1.0), min(value + reach, 1.0)), rows, method, rows)
