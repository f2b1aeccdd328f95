"""95 % intervals for one figure and for the difference of two.

Sources: percentile bootstrap (Efron and Tibshirani 1993, An Introduction to the Bootstrap, ch. 13); score interval
(Wilson 1927, JASA 22:209-212), recommended for small n by Brown, Cai and DasGupta (2001, Statistical Science
16:101-133); square-and-add for a difference (Newcombe 1998, Statistics in Medicine 17:873-890, method 10; Zou and
Donner 2008, Statistics in Medicine 27:1693-1702); effective number of observations (Korn and Graubard 1998, Survey
Methodology 24:193-201); logit of an area under a curve (Pepe 2003, The Statistical Evaluation
of Medical Tests for Classification and Prediction, chapter 5).
"""

from statistics import NormalDist

import numpy as np
from scipy.special import expit, logit, stdtrit

from melanoma.evaluation.scored_rows import Floats

LEVEL = 0.95
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)

Interval = tuple[float, float]


def percentile_interval(draws: Floats) -> Interval:
    """Return the 2.5 % and 97.5 % quantiles of resampled values, float64 [B] without missing values."""
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def remove_bias(interval: Interval, value: float, draws: Floats) -> Interval:
    """Rid an interval of the bias of a mean of absolute gaps, such as a calibration error.

    Noise adds to a gap in squares: E[estimate^2] = truth^2 + noise^2 (Kumar, Liang and Ma 2019, Verified Uncertainty
    Calibration, NeurIPS, section 4). A resample holds the noise twice, once from the data and once from the drawing:
    E[draw^2] - value^2 = noise^2, so that twice this is taken off the squared ends.

    Args:
        interval: Low and high of the draws, both at least 0.
        value: On the data.
        draws: Float64 [B], on the resamples.

    Returns:
        Low and high around the truth, at least 0; they need not hold the value.

    Examples:
        Draws of mean square 0.05 and a value of 0.2: 2 * (0.05 - 0.04) = 0.02 is taken off 0.1^2 and off 0.3^2.

        >>> [round(end, 4) for end in remove_bias((0.1, 0.3), 0.2, np.sqrt(np.array([0.01, 0.09])))]
        [0.0, 0.2646]
    """
    excess = max(2 * (float(np.mean(draws**2)) - value**2), 0.0)
    low, high = (float(np.sqrt(max(end**2 - excess, 0.0))) for end in interval)
    return low, high


def logit_interval(share: float, spread: float, lesions: float) -> Interval:
    """Return the interval of a share that is symmetric on the scale of its logit (Pepe 2003, chapter 5).

    A figure of few lesions near the end of its range is skewed: its quantiles would reach too little towards the
    middle. The quantile is that of Student's t, because the spread itself rests on few lesions.

    Args:
        share: In (0, 1).
        spread: Standard deviation of its resampled values.
        lesions: How many independent lesions the spread rests on, above 1.

    Returns:
        Low and high in (0, 1), which hold the share.

    Examples:
        With t = 2.262 of 9 degrees: logit 0 -+ 2.262 * 0.1 / (0.5 * 0.5) = -+0.905, and 1 / (1 + e^0.905) = 0.288.

        >>> [round(end, 3) for end in logit_interval(0.5, 0.1, 10)]
        [0.288, 0.712]
    """
    half = float(stdtrit(lesions - 1, (1 + LEVEL) / 2)) * spread / (share * (1 - share))
    return float(expit(logit(share) - half)), float(expit(logit(share) + half))


def wilson_interval(share: float, count: float) -> Interval:
    """Return Wilson's score interval; it has a width where 0 of n or n of n leave other intervals without one.

    Args:
        share: The observed share, in [0, 1].
        count: How many independent observations it rests on, above 0; need not be whole.

    Returns:
        Low and high, which hold the share.

    Examples:
        At 10 of 10 the low end is n / (n + z^2) = 10 / (10 + 3.84).

        >>> [round(end, 4) for end in wilson_interval(1.0, 10)]
        [0.7225, 1.0]
    """
    centre = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    half = Z / (1 + Z**2 / count) * float(np.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2)))
    return min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share)


def count_effective(share: float, spread: float) -> float:
    """Return how many independent observations of a proportion would have this spread: p(1 - p) / spread^2.

    Args:
        share: In (0, 1).
        spread: Standard deviation, above 0.

    Examples:
        >>> round(count_effective(0.8, 0.04), 6)
        100.0
    """
    return share * (1 - share) / spread**2


def share_shown(lesions: Floats) -> float:
    """Return which share of its variance the resamples of a mean over K classes show: sum (k - 1) / k^2 over sum 1 / k.

    The spread of k draws is short by a factor (k - 1) / k in its square (Hesterberg 2015, The American Statistician
    69:371-386, section 4.2); a class of one lesion shows nothing of its own.

    Args:
        lesions: Float64 [K], above 0, of each class.

    Returns:
        In [0, 1).

    Examples:
        Of ten lesions and two: (9 / 100 + 1 / 4) / (1 / 10 + 1 / 2) = 0.34 / 0.6.

        >>> round(share_shown(np.array([10.0])), 4), round(share_shown(np.array([10.0, 2.0])), 4)
        (0.9, 0.5667)
    """
    return float((np.maximum(lesions - 1, 0) / lesions**2).sum() / (1 / lesions).sum())


def widen_interval(value: float, interval: Interval, level: float) -> Interval:
    """Return a 95 % interval at another level, each side grown by the quotient of the two normal quantiles.

    Args:
        value: What the interval is of.
        interval: Low and high at 95 %.
        level: The other level, in (0, 1).

    Returns:
        Low and high; they need not stay in the range of the figure.

    Examples:
        At 99 % each side is 2.5758 / 1.9600 = 1.3142 times as long.

        >>> [round(end, 4) for end in widen_interval(0.6, (0.5, 0.8), 0.99)]
        [0.4686, 0.8628]
    """
    growth = NormalDist().inv_cdf((1 + level) / 2) / Z
    low, high = interval
    return value - growth * (value - low), value + growth * (high - value)


def difference_interval(first: tuple[float, Interval], second: tuple[float, Interval]) -> Interval:
    """Return the interval of first - second, two independent figures, from their own intervals.

    Each end squares and adds the distances from value to end that push the difference that way.

    Args:
        first: Value, and (low, high).
        second: Value, and (low, high).

    Returns:
        Low and high of the difference.

    Examples:
        0.8 [0.5, 1.0] - 0.6 [0.4, 1.0] = 0.2; down sqrt(0.3^2 + 0.4^2) = 0.5, up sqrt(0.2^2 + 0.2^2) = 0.2828.

        >>> [round(end, 4) for end in difference_interval((0.8, (0.5, 1.0)), (0.6, (0.4, 1.0)))]
        [-0.3, 0.4828]
    """
    (a, (a_low, a_high)), (b, (b_low, b_high)) = first, second
    down = float(np.hypot(a - a_low, b_high - b))
    up = float(np.hypot(a_high - a, b - b_low))
    return a - b - down, a - b + up
