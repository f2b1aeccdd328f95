"""Permutation tests: whether new rows differ from old ones more than rows that are called new by chance.

If both come from one source, every way of calling that many rows new is as likely as the one that was found (Fisher
1935, The Design of Experiments, section 21). The p is exact, whatever the distribution and however few the rows
(Phipson and Smyth 2010, Statistical Applications in Genetics and Molecular Biology 9:39). Rows have to be independent:
one image of each group of related ones. A group with an image on either side makes the two sides more alike, so that
drift is missed rather than alleged.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from melanoma.seeding import generator

PERMUTATIONS = 4999
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Statistic = Callable[[Bools], Floats]
"""Takes which rows are new, bool [b, n], and returns how much they differ from the others, float64 [b]."""

_CELLS = 2**21  # of which some arrays of 8 bytes are in memory at a time
_ROUNDING = 1e-9  # statistics that differ by less, relative to the observed one, are equal


@dataclass(frozen=True, eq=False)
class Sides:
    """Which of n rows are new: the first ones as found, others by chance.

    Attributes:
        new: How many are.
        permuted: Bool [B, n]; each row of it has as many true values.
    """

    new: int
    permuted: Bools = field(repr=False)

    @property
    def actual(self) -> Bools:
        """Which are as found, bool [n]."""
        return np.arange(self.permuted.shape[1]) < self.new

    @property
    def old(self) -> int:
        """How many rows are not new."""
        return int(self.permuted.shape[1]) - self.new

    def measure(self, statistic: Statistic) -> tuple[float, float]:
        """Return a statistic as found, and the share of permutations, that one among them, which reach it.

        Args:
            statistic: Larger where the sides differ more.

        Returns:
            The value and p, in [1 / (B + 1), 1].
        """
        found = float(statistic(self.actual[None])[0])
        step = max(1, _CELLS // self.permuted.shape[1])
        chunks = (self.permuted[start : start + step] for start in range(0, len(self.permuted), step))
        reached = sum(int((statistic(chunk) >= found - _ROUNDING * abs(found)).sum()) for chunk in chunks)
        return found, (1 + reached) / (1 + len(self.permuted))


def draw_sides(new: int, old: int, seed: int, permutations: int = PERMUTATIONS) -> Sides:
    """Draw which rows are called new by chance.

    Args:
        new: How many rows are new, at least one.
        old: How many are not, at least one.
        seed: The stream.
        permutations: How many draws, B. Of T tests, p after Holm can be no less than T / (B + 1).
    """
    start = np.tile(np.arange(new + old) < new, (permutations, 1))
    return Sides(new, generator(seed, "sides by chance").permuted(start, axis=1))
