"""The difference of two networks on the same images: what one gains over the other, with an interval.

Two networks mostly fail on the same images. Two separate intervals know nothing of that and hide small gains; here both
are measured on each resample of lesions and their difference is what is resampled (paired bootstrap; Efron and
Tibshirani 1993, An Introduction to the Bootstrap, section 10.3, over clusters as in `melanoma.evaluation.bootstrap`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.errors import ModelError
from melanoma.evaluation.bootstrap import resample_groups
from melanoma.evaluation.figure import FEW_LESIONS, LARGEST_SHARE_DROPPED, NO_WIDTH, Figure, Outcome, build_figures
from melanoma.evaluation.interval import Interval, difference_interval, percentile_interval
from melanoma.evaluation.metric import Metric, independent_mean_effective
from melanoma.evaluation.metrics import accuracy, balanced_accuracy
from melanoma.evaluation.paired_score import PairedShares, mean_interval
from melanoma.evaluation.sample import Sample, whole_sample
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows, score_rows

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


@dataclass(frozen=True)
class PairedMetric:
    """A metric as it is taken of each of two networks.

    Attributes:
        first: Of the first network. Its name, largest value and bias hold.
        second: Of the second: the same, but where each network has a rule of its own, such as a threshold.
        shares: Returns the paired shares of which the difference is the mean, such as one per diagnosis, where it is
            one: score intervals of them hold where lesions are few. Otherwise the networks' own intervals are joined.
        score: Gives the interval where resampling knows too little, and says how, for a figure that is neither.
    """

    first: Metric
    second: Metric
    shares: Callable[[PairedRows], list[PairedShares]] | None = None
    score: Callable[[], tuple[Interval, str]] | None = None


def pair_metric(metric: Metric) -> PairedMetric:
    """Take one metric of both networks, each figure one column."""
    known = {balanced_accuracy.METRIC.name: _share_by_diagnosis, accuracy.METRIC.name: _share_right}
    return PairedMetric(metric, metric, known.get(metric.name))


def measure_difference(pair: PairedRows, resamples: int, seed: int) -> Figure:
    """Return first - second of balanced accuracy, with its 95 % interval; see `measure_differences`."""
    return require_difference(pair, pair_metric(balanced_accuracy.METRIC), resamples, seed)


def require_difference(pair: PairedRows, metric: PairedMetric, resamples: int, seed: int) -> Figure:
    """Return first - second of one metric that the rows are known to have data for; see `measure_differences`.

    Raises:
        LookupError: If they have none.
    """
    outcome = measure_differences(pair, [metric], resamples, seed)[metric.first.name]
    if not isinstance(outcome, Figure):
        raise LookupError(f"{metric.first.name}: {outcome.reason}; this is a defect")
    return outcome


def measure_differences(
    pair: PairedRows, metrics: Sequence[PairedMetric], resamples: int, seed: int
) -> dict[str, Outcome]:
    """Return first - second of some metrics, each with its 95 % interval.

    Args:
        pair: At least one image.
        metrics: What to measure, each one figure, not one per class; all see the same resamples.
        resamples: How many, B.
        seed: The stream; it and the groups alone decide the resamples.

    Returns:
        By name, the difference, in [-upper, upper] of the metric, or why there is none.
    """
    draws: dict[str, list[Floats]] = {metric.first.name: [] for metric in metrics}
    for weights in resample_groups(pair.first.groups, resamples, seed):
        first, second = (Sample(rows, weights) for rows in (pair.first, pair.second))
        for metric in metrics:
            draws[metric.first.name].append(np.stack([metric.first.function(first), metric.second.function(second)]))
    return {
        metric.first.name: _subtract(pair, metric, np.concatenate(draws[metric.first.name], axis=1))
        for metric in metrics
    }


def judge(difference: Figure) -> Verdict:
    """Say what a difference is evidence of.

    Examples:
        >>> judge(Figure(0.1, (0.02, 0.2), 90, "", 30)), judge(Figure(0.1, (-0.02, 0.2), 90, "", 30))
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


def _count_lesions(rows: ScoredRows) -> Floats:
    """Return the lesions of each diagnosis that is there: float64 [K]."""
    return rows.count_groups(rows.is_actual)[rows.present]


def share_rows(pair: PairedRows, hits: tuple[Bools, Bools], base: Bools) -> PairedShares:
    """Return what each network found, bool [n], of the rows that count, bool [n]."""
    return PairedShares.count(hits[0][base], hits[1][base], float(pair.first.count_groups(base)[0]))


def _share_right(pair: PairedRows) -> list[PairedShares]:
    right = pair.first.predicted == pair.first.truth, pair.second.predicted == pair.second.truth
    return [share_rows(pair, right, np.ones(pair.first.size, dtype=np.bool_))]


def _share_by_diagnosis(pair: PairedRows) -> list[PairedShares]:
    first, second = (rows.predicted == rows.truth for rows in (pair.first, pair.second))
    members = pair.first.is_actual.T[pair.first.present]
    lesions = _count_lesions(pair.first)
    return [PairedShares.count(first[rows], second[rows], count) for rows, count in zip(members, lesions, strict=True)]


def _subtract(pair: PairedRows, metric: PairedMetric, draws: Floats) -> Outcome:
    """Return the difference; draws is float64 [2, B], of the first and the second network."""
    first = build_figures(metric.first, whole_sample(pair.first), draws[0][:, None])[0]
    second = build_figures(metric.second, whole_sample(pair.second), draws[1][:, None])[0]
    if not isinstance(first, Figure):
        return first
    if not isinstance(second, Figure):
        return second
    value, upper = first.value - second.value, metric.first.upper
    shares = metric.shares(pair) if metric.shares else []
    lesions = np.array([share.lesions for share in shares]) if shares else _count_effective(pair, metric)
    doubt = _doubt_resampling(draws[0] - draws[1], lesions) or _doubt_pairs(shares)
    if not doubt:
        interval, method = _resample(metric, value, draws[0] - draws[1], lesions)
    else:
        interval, how = metric.score() if metric.score else _join(shares, first, second)
        method = f"{how}, because {doubt}"
    low, high = interval
    return Figure(value, (max(min(low, value), -upper), min(max(high, value), upper)), first.n, method, first.events)


def _count_effective(pair: PairedRows, metric: PairedMetric) -> Floats:
    """Return how many independent lesions both figures rest on, float64 [1]."""
    return np.minimum(
        metric.first.count_lesions(whole_sample(pair.first)), metric.second.count_lesions(whole_sample(pair.second))
    )


def _join(shares: list[PairedShares], first: Figure, second: Figure) -> tuple[Interval, str]:
    """Take score intervals of pairs, or of the networks' own intervals what two that are not paired would give."""
    if shares:
        method = "Newcombe's score interval of paired shares"
        several = " per diagnosis, joined by square-and-add" if len(shares) > 1 else ""
        return mean_interval(shares), f"{method}{several}"
    ends = difference_interval((first.value, first.interval), (second.value, second.interval))
    return ends, "square-and-add from the two intervals (Newcombe 1998), as if not paired"


def _resample(metric: PairedMetric, value: float, draws: Floats, lesions: Floats) -> tuple[Interval, str]:
    """Take the quantiles of the resamples, expanded; draws is float64 [B], of the difference."""
    defined = draws[~np.isnan(draws)]
    method = f"paired bootstrap over lesions, percentile, expanded for few lesions, {len(draws)} resamples"
    if len(defined) < len(draws):
        method += f"; {len(draws) - len(defined)} of them left out because they lack a diagnosis"
    low, high = _expand(percentile_interval(defined), value, lesions)
    if metric.first.biased_upward:
        # A resample holds the noise of the data and as much again, so that it is off by twice the bias of the value.
        excess = 2 * (float(defined.mean()) - value)
        low, high = low - excess, high - excess
        method += "; the interval is rid of what is left of the upward bias of small samples, the value is not"
    return (low, high), method


def _expand(interval: Interval, value: float, lesions: Floats) -> Interval:
    """Widen an interval around the value by what resampling k lesions of a diagnosis falls short of.

    The spread of k draws is short by a factor (k - 1) / k in its square (Hesterberg 2015, The American Statistician
    69:371-386, section 4.2). The square of a mean over diagnoses is a sum over them of 1 / k, so that sum 1 / (k - 1)
    over sum 1 / k is what it lacks.
    """
    factor = float(np.sqrt(_effective(lesions) / _effective(lesions - 1)))
    low, high = (value + factor * (end - value) for end in interval)
    return low, high


def _effective(lesions: Floats) -> float:
    return float(independent_mean_effective(lesions, np.ones(len(lesions), dtype=np.bool_))[0])


def _doubt_pairs(shares: list[PairedShares]) -> str:
    """Say whether too few lesions tell the two apart; a mean over several diagnoses takes many values even so."""
    if len(shares) != 1 or (shares[0].first + shares[0].second) * shares[0].lesions >= FEW_LESIONS:
        return ""
    return f"fewer than {FEW_LESIONS} lesions tell the two apart"


def _doubt_resampling(draws: Floats, lesions: Floats) -> str:
    """Say why resampling cannot give an interval; nothing if it can."""
    defined = draws[~np.isnan(draws)]
    if len(draws) - len(defined) > LARGEST_SHARE_DROPPED * len(draws):
        return f"{len(draws) - len(defined)} of {len(draws)} resamples lack a diagnosis"
    if np.ptp(defined) < NO_WIDTH:
        return "the resamples all agree, which is no certainty"
    if lesions.min() < FEWEST_TO_SPREAD:
        return "one lesion of a diagnosis has no spread"
    if _effective(lesions) < FEW_LESIONS:
        return f"the bootstrap is too sure of itself on fewer than {FEW_LESIONS}"
    return ""
