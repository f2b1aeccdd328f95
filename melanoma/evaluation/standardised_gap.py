"""How far subgroups differ in accuracy on the same diagnoses.

Patients of 70 have other lesions than those of 30, and some diagnoses are harder: the plain accuracies of two subgroups
differ even where the model treats both alike. Here two subgroups are compared within each diagnosis, and the
differences are averaged with the weights of Mantel and Haenszel (Greenland and Robins 1985, Biometrics 41:55-68): a
diagnosis of which they have m and n images weighs m n / (m + n). Where accuracy depends on the diagnosis alone, this is
0 for every pair.

The pair with the largest difference in units of its spread is told, and the interval is of all pairs at once, as in
`melanoma.evaluation.subgroup_gap`. Ten images that are all right have no spread in any resample; the spread is
therefore at least the one that it has where accuracy depends on the diagnosis alone.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from melanoma.evaluation.bootstrap import resample_groups
from melanoma.evaluation.figure import LARGEST_SHARE_DROPPED, NO_WIDTH, Figure, NotEvaluated
from melanoma.evaluation.interval import LEVEL
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.scored_rows import Bools, Floats, Ints, ScoredRows
from melanoma.evaluation.split_evaluation import SplitEvaluation
from melanoma.evaluation.subgroup_gap import Gap


def measure_standardised_gap(split: SplitEvaluation, members: Bools) -> Gap:
    """Measure the pair of subgroups whose accuracies differ most on the same diagnoses.

    Args:
        split: n rows.
        members: Bool [n, K], K at least 2: the rows of each subgroup, none of them empty.

    Returns:
        The better and the worse one, and their difference.
    """
    pairs = _Pairs(split.rows, members)
    value = pairs.differ(np.ones((1, split.rows.size)))[0]
    weights = resample_groups(split.rows.groups, split.config.resamples, split.seed)
    draws = np.concatenate([pairs.differ(batch) for batch in weights])
    usable = ~np.isnan(value) & (np.isnan(draws).mean(axis=0) <= LARGEST_SHARE_DROPPED)
    draws = draws[~np.isnan(draws[:, usable]).any(axis=1)]
    spread = np.where(usable, np.maximum(draws.std(axis=0), pairs.least_spreads()), 0)
    usable &= spread > NO_WIDTH
    if not usable.any():
        return Gap(0, 1, NotEvaluated("no two subgroups share a diagnosis of which some images are wrong"))
    sizes = np.where(usable, np.abs(value), 0) / np.where(usable, spread, 1)
    chosen = int(sizes.argmax())
    reach = _quantile((draws - value)[:, usable]) * float(spread[chosen])
    return _tell(pairs, chosen, float(value[chosen]), reach, f"{usable.sum()} pairs, {len(draws)} resamples")


@dataclass(frozen=True, eq=False)
class _Pairs:
    """n rows over C classes; which are of which of K subgroups, bool [n, K]; P = K (K - 1) / 2 pairs of these."""

    rows: ScoredRows
    members: Bools

    @cached_property
    def sides(self) -> tuple[Ints, Ints]:
        """The subgroups of each pair, int64 [P] twice."""
        first, second = np.triu_indices(self.members.shape[1], k=1)
        return first.astype(np.int64), second.astype(np.int64)

    @cached_property
    def cells(self) -> Floats:
        """Float64 [n, K * C]: 1 where the row is of the subgroup and of the class."""
        inside = self.members[:, :, None] & self.rows.is_actual[:, None, :]
        return inside.reshape(self.rows.size, -1).astype(np.float64)

    @cached_property
    def right(self) -> Floats:
        """Float64 [n]: 1 where the predicted class is the true one."""
        return np.equal(self.rows.predicted, self.rows.truth).astype(np.float64)

    def differ(self, weights: Floats) -> Floats:
        """Return first - second of each pair, float64 [B, P]; not a number where they share no class."""
        counts, hits = self._count(weights, self.cells), self._count(weights, self.cells * self.right[:, None])
        first, second = self.sides
        both = counts[:, first] + counts[:, second]
        gained = np.nan_to_num(divide(hits[:, first] * counts[:, second] - hits[:, second] * counts[:, first], both))
        return divide(gained.sum(axis=2), self._weigh(counts).sum(axis=2))

    def least_spreads(self) -> Floats:
        """Return each pair's standard deviation where accuracy depends on the diagnosis alone, float64 [P].

        Of a class of sensitivity s, first - second has the variance s (1 - s) (1 / m + 1 / n) = s (1 - s) / weight.
        """
        actual, whole = self.rows.is_actual.astype(np.float64), np.ones((1, self.rows.size))
        sensitivity = np.nan_to_num(divide(self.right @ actual, actual.sum(axis=0)))
        weights = self._weigh(self._count(whole, self.cells))[0]
        variances = weights @ (sensitivity * (1 - sensitivity))
        return np.sqrt(divide(variances, weights.sum(axis=1) ** 2))

    def _weigh(self, counts: Floats) -> Floats:
        """Return the weight of each class in each pair, float64 [B, P, C]."""
        first, second = counts[:, self.sides[0]], counts[:, self.sides[1]]
        return np.nan_to_num(divide(first * second, first + second))

    def _count(self, weights: Floats, cells: Floats) -> Floats:
        return (weights @ cells).reshape(len(weights), self.members.shape[1], -1)


def _quantile(deviations: Floats) -> float:
    """Return the 95 % quantile of the largest deviation of a resample, each in units of its own spread."""
    spread = deviations.std(axis=0)
    moving = spread > NO_WIDTH
    return float(np.quantile((np.abs(deviations[:, moving]) / spread[moving]).max(axis=1, initial=0), LEVEL))


def _tell(pairs: _Pairs, chosen: int, value: float, reach: float, basis: str) -> Gap:
    first, second = (int(side[chosen]) for side in pairs.sides)
    best, worst = (first, second) if value >= 0 else (second, first)
    size, rows = abs(value), int(pairs.members[:, [best, worst]].sum())
    interval = (max(size - reach, -1.0), min(size + reach, 1.0))
    method = f"Mantel-Haenszel over diagnoses; bootstrap over lesions, max-t over {basis}"
    return Gap(best, worst, Figure(size, interval, rows, method, rows))
