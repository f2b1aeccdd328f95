"""Whether new images differ from those that a model was made from: two-sample tests, corrected for their number.

Of each measure of a picture the two empirical distributions are compared (Kolmogorov-Smirnov), of the predicted classes
the counts (chi-square, its p by permutation, because new images are few). One image speaks for each group of related
ones, for the tests need independent observations. All p are corrected together (Holm 1979, Scandinavian Journal of
Statistics 6:65-70). With many images a small and harmless difference is significant too: the distance says how large
it is. Drift is told; it decides nothing.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import PermutationMethod, chi2_contingency, ks_2samp

from melanoma.seeding import generator

LEVEL = 0.05
FEWEST = 8  # below this not even two distributions without overlap are told apart after correction
_PERMUTATIONS = 9999


@dataclass(frozen=True)
class DriftTest:
    """One test.

    Attributes:
        what: The measure, or ``predicted classes``.
        distance: Largest gap of the two distribution functions; of classes half the sum of the gaps; in [0, 1].
        new_median: Median of the new images; None for classes.
        old_median: Of the earlier ones.
        p: Of no difference.
        p_holm: The same, corrected for all tests.
    """

    what: str
    distance: float
    new_median: float | None
    old_median: float | None
    p: float
    p_holm: float = 1.0

    @property
    def drifted(self) -> bool:
        """Whether a difference is shown."""
        return self.p_holm < LEVEL

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "drifted": self.drifted}


def compare_measures(new: pd.DataFrame, old: pd.DataFrame, columns: Sequence[str]) -> list[DriftTest]:
    """Compare pictures by what ingest has measured on them.

    Args:
        new: Rows of the manifest, with ``group_id`` and the columns.
        old: The same of the images that the model was trained on.
        columns: Measures that both have.

    Returns:
        One test per measure, not corrected yet.
    """
    first, second = _one_per_group(new), _one_per_group(old)
    return [_compare_column(first[name], second[name], name) for name in columns]


def compare_classes(new: "pd.Series[str]", old: "pd.Series[str]", seed: int) -> DriftTest:
    """Compare what a model says of new images with what it said of images that it had not met.

    Args:
        new: Predicted diagnoses, at least one.
        old: The same.
        seed: The stream of the permutations.

    Returns:
        The test, not corrected yet.
    """
    names = sorted({*new, *old})
    counts = np.array([[int((side == name).sum()) for name in names] for side in (new, old)])
    shares = counts / counts.sum(axis=1, keepdims=True)
    p = _test_counts(counts, seed) if len(names) > 1 else 1.0
    return DriftTest("predicted classes", float(np.abs(shares[0] - shares[1]).sum() / 2), None, None, p)


def correct_holm(tests: Sequence[DriftTest]) -> list[DriftTest]:
    """Correct all p together, so that the chance of one false alarm or more stays below the level.

    Examples:
        Of three: 0.01 * 3, 0.02 * 2, and 0.9 * 1.

        >>> [t.p_holm for t in correct_holm([DriftTest("a", 0, 0, 0, p) for p in (0.02, 0.01, 0.9)])]
        [0.04, 0.03, 0.9]
    """
    order = np.argsort([test.p for test in tests], kind="stable")
    corrected, highest = [1.0] * len(tests), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(tests[place].p * (len(tests) - rank), 1.0))
        corrected[place] = highest
    return [
        DriftTest(test.what, test.distance, test.new_median, test.old_median, test.p, p)
        for test, p in zip(tests, corrected, strict=True)
    ]


def _one_per_group(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values("image_id").drop_duplicates("group_id")


def _compare_column(new: "pd.Series[float]", old: "pd.Series[float]", name: str) -> DriftTest:
    found = ks_2samp(new.to_numpy(np.float64), old.to_numpy(np.float64))
    return DriftTest(name, float(found.statistic), float(new.median()), float(old.median()), float(found.pvalue))


def _test_counts(counts: np.ndarray, seed: int) -> float:
    method = PermutationMethod(n_resamples=_PERMUTATIONS, rng=generator(seed, "drift of classes"))
    return float(chi2_contingency(counts, correction=False, method=method).pvalue)
