"""Whether new images differ from those that a model was made from: two-sample tests, corrected for their number.

Of numbers the two empirical distributions are compared by their largest gap (Kolmogorov-Smirnov), of words the counts
(chi-square), of vectors the distances within and between the sides (energy distance; Székely and Rizzo 2013, Journal
of Statistical Planning and Inference 143:1249-1272). Each p is that of a permutation test. One image speaks for each
group of related ones. All p are corrected together by Holm. With many images a small and harmless difference is
significant too: the distance says how large it is. Drift is told; it decides nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import eigh

from melanoma.evaluation.multiplicity import adjust_by_holm
from melanoma.registry.permutation import Bools, Floats, Sides
from melanoma.seeding import generator

LEVEL = 0.05
FEWEST = 8  # below this not even two distributions without overlap are told apart after correction
MOST = 2000  # of each side: from there on, a gap that is shown is one that does no harm
UNKNOWN = "unknown"
Kind = Literal["numbers", "words", "vectors"]
NUMBERS: Kind = "numbers"
WORDS: Kind = "words"
VECTORS: Kind = "vectors"
_QUANTILES = np.linspace(0, 1, 101)
_DRAWN = 400  # points of a side in a figure


@dataclass(frozen=True)
class DriftTest:
    """One test.

    Attributes:
        what: What is compared, such as a measure of the pictures.
        kind: What it consists of.
        distance: In [0, 1]. Of numbers the largest gap of the two distribution functions; of words half the sum of the
            gaps; of vectors the share of the distance between the sides that is not within them.
        p: Of no difference.
        new_median: Of numbers, the median of the new images; None where none is known.
        old_median: Of the earlier ones.
        p_holm: p corrected for all tests.
        shown: What a figure of it draws, by side; see `compare_numbers`, `compare_words`, `compare_vectors`.
    """

    what: str
    kind: Kind
    distance: float
    p: float
    new_median: float | None = None
    old_median: float | None = None
    p_holm: float = 1.0
    shown: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def drifted(self) -> bool:
        """Whether a difference is shown."""
        return self.p_holm < LEVEL

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, without what a figure draws."""
        values = asdict(self)
        values.pop("shown")
        return {**values, "drifted": self.drifted}


def speak_for_groups(rows: pd.DataFrame, seed: int, most: int = MOST) -> pd.DataFrame:
    """Choose one image of each group, and of many groups some.

    Args:
        rows: ``image_id`` and ``group_id``.
        seed: The stream that draws the groups.
        most: How many images at most.

    Returns:
        The rows, in the order of their names.
    """
    chosen = rows.sort_values("image_id").drop_duplicates("group_id", ignore_index=True)
    if len(chosen) <= most:
        return chosen
    drawn = generator(seed, "groups that speak").choice(len(chosen), most, replace=False)
    return chosen.iloc[np.sort(drawn)].reset_index(drop=True)


def compare_numbers(what: str, values: Floats, sides: Sides) -> DriftTest:
    """Compare two distributions of a number; what is not known counts as less than all that is.

    Args:
        what: What the number is.
        values: Float64 [n], the new rows first; NaN where it is not known.
        sides: Which rows are new.

    Returns:
        The test, not corrected yet; its figure draws quantiles and the share of rows that are not known.
    """
    gap, p = sides.measure(_gap_of(np.where(np.isnan(values), -np.inf, values)))
    parts = {name: values[side] for name, side in _named(sides).items()}
    known = {name: part[~np.isnan(part)] for name, part in parts.items()}
    medians = {name: float(np.median(part)) if len(part) else None for name, part in known.items()}
    shown = {
        name: {
            "quantiles": np.quantile(part, _QUANTILES).tolist() if len(part) else [],
            "unknown": 1 - len(part) / len(parts[name]),
        }
        for name, part in known.items()
    }
    distance = gap / (sides.new * sides.old)
    return DriftTest(what, NUMBERS, distance, p, medians["new"], medians["old"], shown=shown)


def compare_words(what: str, words: "pd.Series[str]", sides: Sides) -> DriftTest:
    """Compare how often each word is said; what is not known is a word of its own.

    Args:
        what: What the words are, such as predicted classes.
        words: [n], the new rows first.
        sides: Which rows are new.

    Returns:
        The test, not corrected yet; its figure draws the share of each word.
    """
    codes, names = pd.factorize(words.fillna(UNKNOWN), sort=True)
    is_word = np.eye(len(names))[codes]
    totals = is_word.sum(axis=0)

    def chi_square(new: Bools) -> Floats:
        # (observed - expected)^2 / expected over both sides, times what is the same for all permutations.
        off = len(codes) * (new @ is_word) - sides.new * totals
        return np.asarray((off**2 / totals).sum(axis=1))

    _, p = sides.measure(chi_square)
    shares = {name: is_word[side].mean(axis=0) for name, side in _named(sides).items()}
    shown = {"names": [str(name) for name in names], **{name: part.tolist() for name, part in shares.items()}}
    distance = float(np.abs(shares["new"] - shares["old"]).sum() / 2)
    return DriftTest(what, WORDS, distance, p, shown=shown)


def compare_vectors(what: str, vectors: Floats, sides: Sides) -> DriftTest:
    """Compare two clouds of vectors, of which each component is first brought to a spread of 1 over both.

    Args:
        what: What the vectors are, such as the features of a network.
        vectors: Float64 [n, d], the new rows first.
        sides: Which rows are new.

    Returns:
        The test, not corrected yet; its figure draws the two directions in which the vectors vary most.
    """
    spread = vectors.std(axis=0)
    scaled = (vectors - vectors.mean(axis=0)) / np.where(spread > 0, spread, 1)
    apart = _distances(scaled)

    def energy(new: Bools) -> Floats:
        # 2 E|x - y| - E|x - x'| - E|y - y'| is the form -z' D z of z = 1 / n on new rows, -1 / m on old ones.
        weights = np.where(new, 1 / sides.new, -1 / sides.old)
        return np.asarray(-np.einsum("bi,bi->b", weights @ apart, weights))

    found, p = sides.measure(energy)
    actual = sides.actual
    between = 2 * float(apart[actual][:, ~actual].mean())
    return DriftTest(what, VECTORS, found / between if between else 0.0, p, shown=_project(scaled, sides))


def correct_holm(tests: Sequence[DriftTest]) -> list[DriftTest]:
    """Correct all p together, so that the chance of one false alarm or more stays below the level.

    Examples:
        Of three: 0.01 * 3, 0.02 * 2, and 0.9 * 1.

        >>> [t.p_holm for t in correct_holm([DriftTest("a", "words", 0, p) for p in (0.02, 0.01, 0.9)])]
        [0.04, 0.03, 0.9]
    """
    corrected = adjust_by_holm([test.p for test in tests])
    return [replace(test, p_holm=p) for test, p in zip(tests, corrected, strict=True)]


def _named(sides: Sides) -> dict[str, Bools]:
    return {"new": sides.actual, "old": ~sides.actual}


def _gap_of(values: Floats) -> "_Gap":
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    return _Gap(order, np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)))


@dataclass(frozen=True, eq=False)
class _Gap:
    """The largest gap of two distribution functions, times the rows of either side: whole numbers, without rounding.

    Attributes:
        order: The rows from the smallest value up.
        ends: The last of each run of equal values, by position in that order.
    """

    order: NDArray[np.intp]
    ends: NDArray[np.intp]

    def __call__(self, new: Bools) -> Floats:
        below = new[:, self.order].cumsum(axis=1, dtype=np.int64)[:, self.ends]
        rows, total = new.shape[1], new[0].sum()
        return np.asarray(np.abs(rows * below - total * (self.ends + 1)).max(axis=1), dtype=np.float64)


def _distances(vectors: Floats) -> Floats:
    squares = (vectors**2).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(squares[:, None] + squares - 2 * vectors @ vectors.T, 0)))


def _project(vectors: Floats, sides: Sides) -> dict[str, list[list[float]]]:
    """Return some rows of each side in the two directions of most variance, [k, 2]."""
    last = len(vectors) - 1
    values, axes = eigh(vectors @ vectors.T, subset_by_index=[last - 1, last])
    flat = axes[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0))
    return {name: flat[side][:_DRAWN].round(3).tolist() for name, side in _named(sides).items()}
