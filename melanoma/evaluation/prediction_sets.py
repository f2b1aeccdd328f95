"""Sets of diagnoses that hold the true one as often as was asked for: split-conformal prediction.

The score of a row is 1 - p of its true class (Sadinle, Lei and Wasserman 2019, JASA 114:223-234); a set holds every
class whose score is within a quantile of the calibration rows' scores (Vovk, Gammerman and Shafer 2005, Algorithmic
Learning in a Random World, section 4.5 for quantiles by label).

Melanoma has a quantile of its own, and all other classes share one, made of their rows alone. Then both the melanomas
and the rest are covered as often as asked. One quantile for all would buy the average with the melanomas, the harder
class; one for each class would rest on a handful of rows where a class is rare, and put such a class into every set.

Rows of one lesion are alike, so that n rows promise less than n lesions do: each lesion counts once, shared by its
rows, and the lesion to come counts as one more that scores worst (Lee, Barber and Willett 2023, Distribution-free
inference with hierarchical data, arXiv 2306.06342). With one row per lesion this is the usual quantile of rank
(n + 1) * coverage. The promise is for a random image of a lesion of the same kind as those of calibration.
"""

import numpy as np

from melanoma.evaluation.scored_rows import Bools, Floats, Ints

# So much is lost by rounding in a sum of shares, of which none is a whole count.
_ROUNDING = 1e-9


def lesions_needed(coverage: float) -> int:
    """Return how many lesions a quantile needs at least; with fewer, only the set of all classes keeps the promise.

    Examples:
        The rank (9 + 1) * 0.9 is 9, that of the worst; with 8 it would be 8.1.

        >>> lesions_needed(0.9), lesions_needed(0.95)
        (9, 19)
    """
    return int(np.ceil(coverage / (1 - coverage) - _ROUNDING))


def find_least_probability(true_probabilities: Floats, lesions: Ints, coverage: float) -> float:
    """Return the probability from which on a class belongs to a set: 1 less the quantile of the scores.

    Args:
        true_probabilities: Float64 [n], of each row's true class.
        lesions: int64 [n], which lesion it is of; at least `lesions_needed` of them.
        coverage: In (0, 1).

    Returns:
        One of the probabilities.

    Examples:
        Of 9 lesions, rank (9 + 1) * 0.8 = 8 from the most probable down.

        >>> find_least_probability(np.arange(1, 10) / 10, np.arange(9), 0.8)
        0.2
    """
    order = np.argsort(-true_probabilities, kind="stable")
    _, own, rows = np.unique(lesions, return_inverse=True, return_counts=True)
    covered = np.cumsum(1 / rows[own][order])
    falling = true_probabilities[order]
    reached = covered >= coverage * (len(rows) + 1) - _ROUNDING
    return float(falling[np.argmax(reached)])


def hold_classes(probabilities: Floats, least: Floats) -> Bools:
    """Return the sets: bool [n, C], from probabilities [n, C] and the least probability of each class [C]."""
    return np.greater_equal(probabilities, least)
