"""Areas under curves for many weightings of the same scores: sorted once, then cumulative sums.

The scores of a split do not change between bootstrap resamples, only how often each row counts. So the order is found
once, and each resample costs one pass. Sources: area under the ROC curve as the Mann-Whitney statistic with ties at one
half (Hanley and McNeil 1982, Radiology 143:29-36); average precision as the step-wise sum of scikit-learn's
``average_precision_score``.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ranking:
    """The order of n scores, P positive rows against N negative rows.

    Attributes:
        positives: int64 [P], rows of the class, by rising score.
        negatives: int64 [N], the other rows, by rising score.
        below: int64 [P], how many negatives score less than each positive.
        through: int64 [P], how many negatives score at most as much.
        equals_from: int64 [P], how many positives score less.
    """

    positives: Ints
    negatives: Ints
    below: Ints
    through: Ints
    equals_from: Ints


def rank_scores(scores: Floats, is_positive: npt.NDArray[np.bool_]) -> Ranking:
    """Sort scores once for any number of weightings.

    Args:
        scores: Float64 [n]; higher means more likely positive.
        is_positive: Bool [n].

    Returns:
        The ranking.
    """
    order = np.argsort(scores, kind="stable")
    positives, negatives = order[is_positive[order]], order[~is_positive[order]]
    found = scores[positives]
    return Ranking(
        positives=positives,
        negatives=negatives,
        below=np.searchsorted(scores[negatives], found, side="left"),
        through=np.searchsorted(scores[negatives], found, side="right"),
        equals_from=np.searchsorted(found, found, side="left"),
    )


def weighted_auroc(ranking: Ranking, weights: Floats) -> Floats:
    """Return the area under the ROC curve for each weighting.

    The probability that a positive row scores more than a negative row, ties counting one half.

    Args:
        ranking: Of n rows.
        weights: Float64 [B, n], not negative.

    Returns:
        Float64 [B]; not a number where positives or negatives have no weight.

    Examples:
        Of the 2 x 2 pairs, 0.9 beats both negatives, 0.4 beats 0.1 and ties with 0.4: (2 + 1 + 0.5) / 4.

        >>> ranking = rank_scores(np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False]))
        >>> weighted_auroc(ranking, np.ones((1, 4)))
        array([0.875])
    """
    heavy = weights.T[ranking.positives]
    beaten = _cumulate(weights.T[ranking.negatives])
    credit = np.einsum("pb,pb->b", heavy, beaten[ranking.below] + beaten[ranking.through]) / 2
    return divide(credit, heavy.sum(axis=0) * beaten[-1])


def weighted_partial_auroc(ranking: Ranking, weights: Floats, min_sensitivity: float) -> Floats:
    """Return the area under the part of the ROC curve that lies above a sensitivity, for each weighting.

    As the ISIC 2024 challenge scores (Kurtansky et al. 2024, Scientific Data 11:884): the area between the curve and
    the line at the minimum sensitivity, not scaled. Turned round, it is the specificity at a miss rate, summed over the
    miss rates from 0 to 1 - minimum; equal scores join their ends by a straight line, which the limit may cut.

    Args:
        ranking: Of n rows.
        weights: Float64 [B, n], not negative.
        min_sensitivity: In [0, 1); at 0 it is the whole area.

    Returns:
        Float64 [B] in [0, 1 - min_sensitivity]; not a number where positives or negatives have no weight.

    Examples:
        Above a sensitivity of 1/2 only the lower positive counts, for 1/2 a miss rate: 0.4 beats one negative of two.

        >>> ranking = rank_scores(np.array([0.9, 0.4, 0.6, 0.1]), np.array([True, True, False, False]))
        >>> weighted_partial_auroc(ranking, np.ones((1, 4)), 0.5)
        array([0.25])
    """
    starts = np.unique(ranking.equals_from)
    ends = np.append(starts[1:], len(ranking.positives))[: len(starts)]
    missed, beaten = _cumulate(weights.T[ranking.positives]), _cumulate(weights.T[ranking.negatives])
    limit = (1 - min_sensitivity) * missed[-1]
    width = np.minimum(missed[ends], limit) - np.minimum(missed[starts], limit)
    part = np.nan_to_num(divide(width, missed[ends] - missed[starts]))
    below, through = beaten[ranking.below[starts]], beaten[ranking.through[starts]]
    credit = np.einsum("gb,gb->b", width, below + (through - below) * part / 2)
    return divide(credit, missed[-1] * beaten[-1])


def weighted_average_precision(ranking: Ranking, weights: Floats) -> Floats:
    """Return the average precision for each weighting: precision at each positive's score, averaged over positives.

    Args:
        ranking: Of n rows.
        weights: Float64 [B, n], not negative.

    Returns:
        Float64 [B]; not a number where positives have no weight.

    Examples:
        At 0.9 precision is 1/1, at 0.4 it is 2/3: (1 + 2/3) / 2.

        >>> ranking = rank_scores(np.array([0.9, 0.4, 0.6, 0.1]), np.array([True, True, False, False]))
        >>> weighted_average_precision(ranking, np.ones((1, 4))).round(4)
        array([0.8333])
    """
    heavy = weights.T[ranking.positives]
    found, others = _cumulate(heavy), _cumulate(weights.T[ranking.negatives])
    true_positive = found[-1] - found[ranking.equals_from]
    false_positive = others[-1] - others[ranking.below]
    precision = divide(true_positive, true_positive + false_positive)
    return divide(np.einsum("pb,pb->b", heavy, np.nan_to_num(precision)), found[-1])


def divide(numerator: Floats, denominator: Floats) -> Floats:
    """Divide element by element; not a number where the denominator is 0, without a warning."""
    quotient = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0)
    return quotient


def _cumulate(weights: Floats) -> Floats:
    """Return cumulative sums over rows with a leading zero: [N, B] becomes [N + 1, B]."""
    sums = np.zeros((len(weights) + 1, weights.shape[1]))
    np.cumsum(weights, axis=0, out=sums[1:])
    return sums
