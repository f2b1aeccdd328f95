"""A figure: a value with its interval, how many rows it is over, and how it was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from melanoma.evaluation.interval import Interval, logit_interval, percentile_interval, remove_bias, wilson_interval
from melanoma.evaluation.metric import Metric
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats

# Below this width the resamples are all alike: they know nothing of what a further lesion could show.
NO_WIDTH = 1e-12
# If more resamples than this lack a class, the others are the lucky draws, not a picture of what could have been.
LARGEST_SHARE_DROPPED = 0.5
# Below this the percentile interval is much too narrow: the spread of k draws is short by a factor (k - 1) / k, and
# a class of two lesions that are both right adds no spread at all.
FEW_LESIONS = 10


@dataclass(frozen=True)
class Figure:
    """One value with its 95 % interval.

    Attributes:
        value: On the split itself.
        interval: Low and high; the value lies within.
        n: Rows that it is over.
        method: How the interval was made, in words.
        events: Rows among these that it turns on: the positive ones of a class or of a binary view, of a specificity
            the negative ones, of a figure over all classes those of the smallest class that is there.
    """

    value: float
    interval: Interval
    n: int
    method: str
    events: int

    def to_json(self) -> dict[str, Any]:
        """Return the figure as `metrics.json` holds it."""
        return {
            "value": self.value,
            "ci95": list(self.interval),
            "n": self.n,
            "events": self.events,
            "method": self.method,
        }

    def __str__(self) -> str:
        """Write value and interval for a sentence, such as ``0.812 [0.774, 0.848]``."""
        return f"{self.value:.3f} [{self.interval[0]:.3f}, {self.interval[1]:.3f}]"


@dataclass(frozen=True)
class NotEvaluated:
    """Why there is no figure, in one sentence."""

    reason: str


Outcome = Figure | NotEvaluated


@dataclass(frozen=True)
class Resampled:
    """What a figure is made of.

    Attributes:
        value: On the split itself.
        n: Rows that it is over.
        events: Rows among these that it turns on.
        lesions: Independent lesions that it rests on.
        tail: How many of them its spread rests on, if it is about the tail of a distribution only.
        span: The value if no lesion and if every lesion counted for it.
        ends: The smallest and the largest value that is possible.
        draws: Float64 [B]: on each resample; not a number where a resample has no data.
    """

    value: float
    n: int
    events: int
    lesions: float
    tail: float | None
    span: Interval
    ends: Interval
    draws: Floats

    @property
    def defined(self) -> Floats:
        """The draws that have data."""
        return self.draws[~np.isnan(self.draws)]


def build_figures(metric: Metric, whole: Sample, draws: Floats) -> tuple[Outcome, ...]:
    """Turn a metric's resampled values into figures.

    Args:
        metric: Gives one column, or one per class.
        whole: The split itself.
        draws: Float64 [B, K], K = 1 or C; not a number where a resample has no data.

    Returns:
        K outcomes.
    """
    values = metric.function(whole).reshape(-1)
    absent = np.isnan(values)
    found = () if absent.all() else _gather(metric, whole, values, draws)
    return tuple(
        NotEvaluated(metric.needs.format(diagnosis=whole.rows.classes[k]))
        if absent[k]
        else _build_figure(metric, whole, found[k])
        for k in range(len(values))
    )


def separate_outcomes(tree: Mapping[str, Any], path: str = "") -> tuple[dict[str, Any], dict[str, str]]:
    """Part the figures of a tree from what could not be evaluated.

    Args:
        tree: Names to figures, reasons, further trees or plain values.
        path: Where the tree stands, such as ``per_class.``.

    Returns:
        The tree as JSON, without what has no data; and for each absent name, with its path, the reason.
    """
    kept: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for name, item in tree.items():
        if isinstance(item, NotEvaluated):
            reasons[path + name] = item.reason
        elif isinstance(item, Mapping):
            kept[name], below = separate_outcomes(item, f"{path}{name}.")
            reasons |= below
        else:
            kept[name] = item.to_json() if isinstance(item, Figure) else item
    return kept, reasons


def _gather(metric: Metric, whole: Sample, values: Floats, draws: Floats) -> tuple[Resampled, ...]:
    """Return what each of K figures is made of."""
    n, events = metric.base(whole.rows).sum(axis=0), metric.count_events(whole.rows)
    lesions, span = metric.count_lesions(whole), metric.find_span(whole)
    tails = metric.tail(whole) if metric.tail else [None] * len(values)
    ends = (max(span[0], metric.lower), min(span[1], metric.upper))
    return tuple(
        Resampled(float(values[k]), int(n[k]), int(events[k]), float(lesions[k]), tails[k], span, ends, draws[:, k])
        for k in range(len(values))
    )


def _build_figure(metric: Metric, whole: Sample, found: Resampled) -> Figure:
    doubt = _doubt_resampling(metric, found)
    interval, method = _score(metric, found, doubt) if doubt else _resample(metric, found)
    note = metric.note(whole.rows)
    return Figure(found.value, interval, found.n, f"{method}; {note}" if note else method, found.events)


def _doubt_resampling(metric: Metric, found: Resampled) -> str:
    """Say why resampling cannot give an interval; nothing if it can."""
    resamples, lacking = len(found.draws), len(found.draws) - len(found.defined)
    if lacking > LARGEST_SHARE_DROPPED * resamples:
        return f"{lacking} of {resamples} bootstrap resamples lack rows that the figure needs"
    if np.ptp(found.defined) < NO_WIDTH:
        return "bootstrap resamples of these lesions all agree, which is no certainty"
    if found.tail is not None and found.tail < FEW_LESIONS:
        return f"the part that it is about holds {found.tail:.3g} of them, on which the bootstrap is too sure of itself"
    if found.tail is not None and not found.ends[0] < found.value < found.ends[1]:
        return "the value is at the end of its range, where resamples go one way only"
    if found.lesions < FEW_LESIONS and not metric.biased_upward:
        return f"the bootstrap is too sure of itself on fewer than {FEW_LESIONS}"
    return ""


def _resample(metric: Metric, found: Resampled) -> tuple[Interval, str]:
    """Take the quantiles of the resamples in which the figure is defined, widened to hold the value if need be.

    Of a figure about a tail, such as the area above a sensitivity, take the resamples' spread instead.
    """
    kind = "percentile" if found.tail is None else "logit of the value with the resamples' spread, Student's t"
    method = f"bootstrap over lesions, {kind}, {len(found.draws)} resamples"
    lacking = len(found.draws) - len(found.defined)
    if lacking:
        method += f"; {lacking} of them left out because they lack rows that the figure needs"
    low, high = percentile_interval(found.defined) if found.tail is None else _spread(found, found.tail)
    if metric.biased_upward:
        low, high = remove_bias((low, high), found.value, found.defined)
        method += "; the interval is rid of the upward bias of small samples, the value is not"
    return (min(low, found.value), max(high, found.value)), method


def _spread(found: Resampled, lesions: float) -> Interval:
    """Take the spread of the resamples on the scale of the logit, within the range that the figure can have."""
    (start, end), width = found.ends, found.ends[1] - found.ends[0]
    low, high = logit_interval((found.value - start) / width, float(found.defined.std()) / width, lesions)
    return start + low * width, min(start + high * width, end)


def _score(metric: Metric, found: Resampled, doubt: str) -> tuple[Interval, str]:
    """Take the score interval over as many independent lesions as the figure rests on.

    A mean of values between a and b has at most the variance (v - a)(b - v) / n of a proportion that is stretched over
    [a, b] (Bhatia and Davis 2000, American Mathematical Monthly 107:353-357), so that the interval of a proportion is
    not too narrow for it. What of the interval is beyond the metric's own range is cut off.
    """
    start, end = found.span
    low, high = wilson_interval((found.value - start) / (end - start), found.lesions)
    # A figure that is biased upward is above the smallest even where the truth is the smallest.
    lowest = found.ends[0] if metric.biased_upward else max(start + low * (end - start), found.ends[0])
    interval = (min(lowest, found.value), max(min(start + high * (end - start), found.ends[1]), found.value))
    return interval, f"Wilson score interval over {found.lesions:.3g} independent lesions, because {doubt}"
