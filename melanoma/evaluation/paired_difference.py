"""The difference of two networks on the same images: what one gains over the other, with an interval.

Two networks mostly fail on the same images. Two separate intervals know nothing of that and hide small gains; here both
are measured on each resample of lesions and their difference is what is resampled (paired bootstrap; Efron and
Tibshirani 1993, An Introduction to the Bootstrap, section 10.3, over clusters as in `melanoma.evaluation.bootstrap`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.errors import ModelError
from melanoma.evaluation.bootstrap import resample_groups
from melanoma.evaluation.figure import FEW_LESIONS, LARGEST_SHARE_DROPPED, NO_WIDTH, Figure
from melanoma.evaluation.interval import Interval, difference_interval, percentile_interval, wilson_interval
from melanoma.evaluation.metric import independent_mean_effective
from melanoma.evaluation.paired_metric import BALANCED_ACCURACY, PairedMetric
from melanoma.evaluation.paired_score import PairedShares, mean_interval
from melanoma.evaluation.sample import Sample, whole_sample
from melanoma.evaluation.scored_rows import Floats, ScoredRows, score_rows

Verdict = Literal["helped", "did not help", "cannot be told"]
HELPED: Verdict = "helped"
DID_NOT_HELP: Verdict = "did not help"
CANNOT_BE_TOLD: Verdict = "cannot be told"
FEWEST_TO_SPREAD = 2
_PROBABILITY = "probability:"


@dataclass(frozen=True, eq=False)
class PairedRows:
    """The same n images as two networks predicted them; truth and groups are equal.

    Attributes:
        first: The network that is asked about.
        second: The one that it is compared with.
    """

    first: ScoredRows
    second: ScoredRows

    def __post_init__(self) -> None:
        if not (
            np.array_equal(self.first.truth, self.second.truth)
            and np.array_equal(self.first.groups, self.second.groups)
        ):
            raise ValueError("paired rows: expected equal truth and groups, received others; pair them by image first")


def pair_predictions(first: pd.DataFrame, second: pd.DataFrame, config: EvaluateConfig) -> PairedRows:
    """Pair two tables of predictions by ``image_id``; an image that only one of them has is left out.

    Truth and groups are those of the first table: a protocol that keeps wrong labels is judged by the mended ones.

    Args:
        first: In the columns of `melanoma.evaluation.check_predictions`, one row per image.
        second: The same, of another network.
        config: Gives the number of bins.

    Returns:
        The images that both have, in the order of their names.

    Raises:
        ModelError: If they have no image in common.
    """
    both = sorted(set(first["image_id"]) & set(second["image_id"]))
    if not both:
        raise ModelError(
            f"no image of {len(first)} and {len(second)} is in both test sets; compare networks of one set of images"
        )
    one, other = (table.set_index("image_id").loc[both].reset_index() for table in (first, second))
    truth = one[["image_id", "group_id", "diagnosis"]]
    classes = sorted({*_classes(one), *_classes(other)})
    judged = (truth.join(table[["predicted", *_columns(table)]]) for table in (one, other))
    return PairedRows(*(score_rows(_complete(table, classes), classes, config) for table in judged))


def measure_difference(
    pair: PairedRows, resamples: int, seed: int, compared: PairedMetric = BALANCED_ACCURACY
) -> Figure:
    """Return first - second of a figure, by default balanced accuracy, with its 95 % interval.

    Args:
        pair: At least one image.
        resamples: How many, B.
        seed: The stream; it and the groups alone decide the resamples.
        compared: What is compared; the images must have what it needs.

    Returns:
        The difference, in [-1, 1].
    """
    function = compared.metric.function
    draws = np.concatenate(
        [
            (function(Sample(pair.first, weights)) - function(Sample(pair.second, weights))).reshape(-1)
            for weights in resample_groups(pair.first.groups, resamples, seed)
        ]
    )
    first, second = (float(function(whole_sample(rows)).item()) for rows in (pair.first, pair.second))
    interval, method = _make_interval(_Measured(pair, compared, first, second, draws))
    return Figure(first - second, interval, compared.count_rows(pair.first), method)


def judge(difference: Figure) -> Verdict:
    """Say what a difference is evidence of.

    Examples:
        >>> judge(Figure(0.1, (0.02, 0.2), 90, "")), judge(Figure(0.1, (-0.02, 0.2), 90, ""))
        ('helped', 'cannot be told')
    """
    low, high = difference.interval
    if low > 0:
        return HELPED
    return DID_NOT_HELP if high <= 0 else CANNOT_BE_TOLD


def _classes(table: pd.DataFrame) -> Sequence[str]:
    return [*(name.removeprefix(_PROBABILITY) for name in _columns(table)), *table["diagnosis"].unique()]


def _columns(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if name.startswith(_PROBABILITY)]


def _complete(table: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """Give a network that does not know a class the probability 0 for it."""
    absent = {f"{_PROBABILITY}{name}": 0.0 for name in classes if f"{_PROBABILITY}{name}" not in table.columns}
    return table.assign(**absent)


@dataclass(frozen=True, eq=False)
class _Measured:
    """What an interval is made of: a figure of both, and its difference on each resample, float64 [B]."""

    pair: PairedRows
    compared: PairedMetric
    first: float
    second: float
    draws: Floats

    @property
    def value(self) -> float:
        """First - second."""
        return self.first - self.second

    @property
    def effective(self) -> float:
        """Independent lesions that the figure rests on; the truth is that of both."""
        return float(self.compared.metric.count_lesions(whole_sample(self.pair.first)).item())


def _make_interval(found: _Measured) -> tuple[Interval, str]:
    """Take the quantiles of the resamples, or, where they are too sure of themselves, score intervals."""
    lesions = found.compared.count_lesions(found.pair.first)
    doubt = _doubt_resampling(found, lesions)
    if doubt:
        interval, method = _score(found, lesions)
        return interval, f"{method}, because {doubt}"
    defined = found.draws[~np.isnan(found.draws)]
    method = f"paired bootstrap over lesions, percentile, expanded for few lesions, {len(found.draws)} resamples"
    if len(defined) < len(found.draws):
        method += f"; {len(found.draws) - len(defined)} of them left out because they lack a diagnosis"
    return _expand(percentile_interval(defined), found.value, lesions), method


def _score(found: _Measured, lesions: Floats) -> tuple[Interval, str]:
    """Take score intervals of pairs where the figure is made of shares, else those of both figures by themselves."""
    find_hits, first = found.compared.find_hits, found.pair.first
    if find_hits is None:
        one, other = ((value, wilson_interval(value, found.effective)) for value in (found.first, found.second))
        low, high = difference_interval(one, other)
        return (max(low, -1.0), min(high, 1.0)), "score intervals of both figures, joined as if they were not paired"
    hits, other_hits = find_hits(first), find_hits(found.pair.second)
    members = found.compared.find_members(first).T
    shares = [PairedShares.count(hits[rows], other_hits[rows], k) for rows, k in zip(members, lesions, strict=True)]
    joined = " per diagnosis, joined by square-and-add" if found.compared is BALANCED_ACCURACY else ""
    return mean_interval(shares), f"Newcombe's score interval of paired shares{joined}"


def _expand(interval: Interval, value: float, lesions: Floats) -> Interval:
    """Widen an interval around the value by what resampling k lesions of a diagnosis falls short of.

    The spread of k draws is short by a factor (k - 1) / k in its square (Hesterberg 2015, The American Statistician
    69:371-386, section 4.2). The square of a mean over diagnoses is a sum over them of 1 / k, so that sum 1 / (k - 1)
    over sum 1 / k is what it lacks.
    """
    factor = float(np.sqrt(_effective(lesions) / _effective(lesions - 1)))
    low, high = (value + factor * (end - value) for end in interval)
    return max(min(low, value), -1.0), min(max(high, value), 1.0)


def _effective(lesions: Floats) -> float:
    return float(independent_mean_effective(lesions, np.ones(len(lesions), dtype=np.bool_))[0])


def _doubt_resampling(found: _Measured, lesions: Floats) -> str:
    """Say why resampling cannot give an interval; nothing if it can."""
    defined = found.draws[~np.isnan(found.draws)]
    if len(found.draws) - len(defined) > LARGEST_SHARE_DROPPED * len(found.draws):
        return f"{len(found.draws) - len(defined)} of {len(found.draws)} resamples lack a diagnosis"
    if np.ptp(defined) < NO_WIDTH:
        return "the resamples all agree, which is no certainty"
    if lesions.min() < FEWEST_TO_SPREAD:
        return "one lesion of a diagnosis has no spread"
    if found.effective < FEW_LESIONS:
        return f"the bootstrap is too sure of itself on fewer than {FEW_LESIONS}"
    if _count_changed(found) < FEW_LESIONS:
        return f"fewer than {FEW_LESIONS} lesions tell the two apart"
    return ""


def _count_changed(found: _Measured) -> float:
    """Count the lesions that only one of both has found, where the figure is one share: of few, resamples say little.

    A mean over several diagnoses, and an AUROC, take many values even so: they are not limited.
    """
    find_hits, first = found.compared.find_hits, found.pair.first
    members = found.compared.find_members(first)
    if find_hits is None or members.shape[1] > 1:
        return math.inf
    return float(first.count_groups(members[:, 0] & (find_hits(first) != find_hits(found.pair.second))).item())
