"""The difference of any figure of two models on the same images, with a paired interval.

As `melanoma.evaluation.paired_difference` does for balanced accuracy: both are measured on each resample of lesions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from melanoma.evaluation.bootstrap import resample_groups
from melanoma.evaluation.figure import FEW_LESIONS, LARGEST_SHARE_DROPPED, NO_WIDTH, Figure
from melanoma.evaluation.interval import Interval, percentile_interval
from melanoma.evaluation.paired_difference import PairedRows
from melanoma.evaluation.sample import Sample, whole_sample
from melanoma.evaluation.scored_rows import Floats

Measured = Callable[[Sample], Floats]


@dataclass(frozen=True)
class PairedFigure:
    """What is compared, and what to do where resampling knows too little.

    Attributes:
        first: Measures the challenger: B weightings to float64 [B].
        second: Measures the champion.
        lesions: Independent lesions that the figure rests on.
        n: Rows that it is over.
        score: Gives the interval of first - second without resampling.
        score_name: How, in words.
    """

    first: Measured
    second: Measured
    lesions: float
    n: int
    score: Callable[[], Interval]
    score_name: str


def measure_paired(pair: PairedRows, figure: PairedFigure, resamples: int, seed: int) -> Figure:
    """Return first - second with its 95 % interval.

    The spread of k resampled lesions is short by (k - 1) / k in its square, so that the interval is widened by the root
    of k / (k - 1) (Hesterberg 2015, The American Statistician 69:371-386, section 4.2).

    Args:
        pair: The rows of both.
        figure: What is compared.
        resamples: How many, B.
        seed: The stream; the same for every figure of a pair.
    """
    draws = np.concatenate(
        [
            figure.first(Sample(pair.first, weights)) - figure.second(Sample(pair.second, weights))
            for weights in resample_groups(pair.first.groups, resamples, seed)
        ]
    )
    value = float(figure.first(whole_sample(pair.first))[0] - figure.second(whole_sample(pair.second))[0])
    doubt = _doubt(draws, figure.lesions)
    if doubt:
        low, high = figure.score()
        method = f"{figure.score_name}, because {doubt}"
        return Figure(value, (min(low, value), max(high, value)), figure.n, method, figure.n)
    factor = float(np.sqrt(figure.lesions / (figure.lesions - 1)))
    low, high = (value + factor * (end - value) for end in percentile_interval(draws[~np.isnan(draws)]))
    method = f"paired bootstrap over lesions, percentile, expanded for few lesions, {resamples} resamples"
    return Figure(value, (min(low, value), max(high, value)), figure.n, method, figure.n)


def _doubt(draws: Floats, lesions: float) -> str:
    """Say why resampling cannot give an interval; nothing if it can."""
    defined = draws[~np.isnan(draws)]
    if len(draws) - len(defined) > LARGEST_SHARE_DROPPED * len(draws):
        return f"{len(draws) - len(defined)} of {len(draws)} resamples lack rows that the figure needs"
    if lesions < FEW_LESIONS:
        return f"the bootstrap is too sure of itself on fewer than {FEW_LESIONS} lesions"
    return "the resamples all agree, which is no certainty" if np.ptp(defined) < NO_WIDTH else ""
