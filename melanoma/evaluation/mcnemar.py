"""McNemar's test: are two networks right equally often on the same images?

Only images count on which one is right and the other wrong (McNemar 1947, Psychometrika 12:153-157). Where images share
a lesion, a lesion counts by how many more of its images the first network has right: T = sum(d) against sum(d^2), which
is the modified Obuchowski test (Yang, Sun and Hardin 2010, Biometrical Journal 52:638-652) and, with one image per
lesion, McNemar's own (b - c)^2 / (b + c). With few such lesions the sign of each d is flipped in every way, which with
one image per lesion is the exact binomial test.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from melanoma.evaluation.scored_rows import Bools, Ints

# Below this the chi-square distribution is a poor picture of so few signs (Agresti 2013, Categorical Data Analysis).
FEW_DISCORDANT = 25


@dataclass(frozen=True)
class McNemar:
    """What came of it.

    Attributes:
        first_only: Images that only the first network has right.
        second_only: Images that only the second has right.
        lesions: Lesions of which one network has more images right than the other.
        p: How often chance alone gives a difference as large, two-sided.
        method: How p was found, in words.
    """

    first_only: int
    second_only: int
    lesions: int
    p: float
    method: str


def compare_right(first: Bools, second: Bools, groups: Ints) -> McNemar:
    """Test whether two networks are right equally often.

    Args:
        first: Bool [n], the images that the first network has right.
        second: Bool [n], those of the second.
        groups: Int64 [n]: rows of one lesion share a number.

    Returns:
        Counts and p.

    Examples:
        Of three images that differ the first network has all right: 2 * (1/2)^3.

        >>> compare_right(np.array([True] * 4), np.array([True, False, False, False]), np.arange(4)).p
        0.25
    """
    net = np.bincount(groups, first.astype(np.float64) - second).round().astype(np.int64)
    discordant = net[net != 0]
    lesions, by_lesion = len(discordant), "over lesions" if len(net) < len(groups) else "one image per lesion"
    if lesions < FEW_DISCORDANT:
        p, method = _flip_signs(discordant), f"McNemar, exact, {by_lesion}"
    else:
        z = abs(int(discordant.sum())) / float(np.sqrt(np.square(discordant).sum()))
        p, method = 2 * NormalDist().cdf(-z), f"McNemar, chi-square, {by_lesion}"
    return McNemar(int((first & ~second).sum()), int((second & ~first).sum()), lesions, p, method)


def _flip_signs(net: Ints) -> float:
    """Return the share of all ways to choose the signs whose sum is at least as far from 0; 1 where there is none."""
    steps = np.abs(net)
    chances = np.ones(1)  # of each possible sum, from -reach to reach
    for step in steps:
        ends = np.zeros(2 * step + 1)
        ends[[0, -1]] = 0.5
        chances = np.convolve(chances, ends)
    reach = int(steps.sum())
    return float(chances[np.abs(np.arange(-reach, reach + 1)) >= abs(int(net.sum()))].sum())
