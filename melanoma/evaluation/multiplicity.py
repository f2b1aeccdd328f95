"""Many figures, some of which differ by chance: p of an interval, and Holm's correction."""

from collections.abc import Sequence
from statistics import NormalDist

from melanoma.evaluation.figure import Figure
from melanoma.evaluation.interval import Z


def p_of_interval(difference: Figure) -> float:
    """Return the two-sided p that a 95 % interval stands for: below 0.05 where it leaves out 0, and only there.

    The standard error is taken from the distance to the end on the side of 0 (Altman and Bland 2011, BMJ 343:d2304).

    Examples:
        The end touches 0, so that z is 1.96.

        >>> round(p_of_interval(Figure(0.2, (0.0, 0.5), 90, "", 30)), 4)
        0.05
    """
    value, (low, high) = difference.value, difference.interval
    reach = value - low if value > 0 else high - value
    if value == 0:
        return 1.0
    return 2 * NormalDist().cdf(-Z * abs(value) / reach) if reach > 0 else 0.0


def adjust_by_holm(ps: Sequence[float]) -> list[float]:
    """Correct p values for how many there are; it holds however they depend on each other.

    Holm 1979, Scandinavian Journal of Statistics 6:65-70.

    Args:
        ps: Each in [0, 1].

    Returns:
        Adjusted, in the same order. Where one is below 0.05, chance alone makes any such difference in under 5 % of
        comparisons.

    Examples:
        3 * 0.01, then 2 * 0.02, then 1 * 0.03, which may not be less than the one before.

        >>> [round(p, 3) for p in adjust_by_holm([0.03, 0.01, 0.02])]
        [0.04, 0.03, 0.04]
    """
    adjusted, largest = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=lambda n: ps[n])):
        largest = max(largest, min((len(ps) - rank) * ps[place], 1.0))
        adjusted[place] = largest
    return adjusted
