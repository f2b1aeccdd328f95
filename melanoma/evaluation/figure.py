"""A figure: a value with its interval, how many rows it is over, and how it was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from melanoma.evaluation.interval import (
    Interval,
    count_effective,
    logit_interval,
    percentile_interval,
    remove_bias,
    share_shown,
    wilson_interval,
)
from melanoma.evaluation.metric import Metric
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats

# Below this width the resamples are all alike: they know nothing of what a further lesion could show.
NO_WIDTH = 1e-12
# If more resamples than this lack a class, the others are the lucky draws, not a picture of what could have been.
LARGEST_SHARE_DROPPED = 0.5
# Below this the resamples' spread is itself hardly known.
FEW_LESIONS = 10
# So many lesions' worth of evidence a model of the spread is, beside that of the resamples.
MODEL_LESIONS = 10


@dataclass(frozen=True)
class Figure:
    """One value with its 95 % interval.

    Attributes:
        value: On the split itself.
        interval: Low and high; the value lies within.
        n: Rows that it is over.
        method: How the interval was made, in words.
        events: Rows among these that it turns on: the positive ones of a class or of a binary view, of a specificity
            the negative ones, of a figure over all classes every row.
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
        parts: Float64 [K]: the lesions of each class that it is a mean over; of another figure, the lesions.
        modelled: How many independent lesions a model of its variance counts, if it has one.
        tail: How many of them its spread rests on, if it is about the tail of a distribution only.
        span: The value if no lesion and if every lesion counted for it.
        ends: The smallest and the largest value that is possible.
        draws: Float64 [B]: on each resample; not a number where a resample has no data.
    """

    value: float
    n: int
    events: int
    lesions: float
    parts: Floats
    modelled: float | None
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
    modelled = metric.modelled(whole) if metric.modelled else None
    ends = (max(span[0], metric.lower), min(span[1], metric.upper))
    return tuple(
        Resampled(
            value=float(values[k]),
            n=int(n[k]),
            events=int(events[k]),
            lesions=float(lesions[k]),
            parts=metric.averaged(whole) if metric.averaged else lesions[[k]],
            modelled=None if modelled is None else float(modelled[k]),
            tail=tails[k],
            span=span,
            ends=ends,
            draws=draws[:, k],
        )
        for k in range(len(values))
    )


def _build_figure(metric: Metric, whole: Sample, found: Resampled) -> Figure:
    doubt = _doubt_resampling(metric, found)
    (low, high), method = _score_lesions(metric, found, doubt) if doubt else _resample(metric, found)
    note = metric.note(whole.rows)
    interval = (min(low, found.value), max(high, found.value))
    return Figure(found.value, interval, found.n, f"{method}; {note}" if note else method, found.events)


def _doubt_resampling(metric: Metric, found: Resampled) -> str:
    """Say why resampling cannot give an interval; nothing if it can."""
    if len(found.draws) - len(found.defined) > LARGEST_SHARE_DROPPED * len(found.draws):
        return "most bootstrap resamples lack rows that the figure needs"
    if np.ptp(found.defined) < NO_WIDTH:
        return "bootstrap resamples of these lesions all agree, which is no certainty"
    if found.tail is not None and found.tail < FEW_LESIONS:
        return f"the part that it is about holds fewer than {FEW_LESIONS}, on which the bootstrap is too sure of itself"
    if metric.biased_upward:
        return ""
    if not found.ends[0] < found.value < found.ends[1]:
        return "the value is at the end of its range, where resamples go one way only"
    if found.lesions < FEW_LESIONS and (found.modelled is None or metric.averaged):
        return f"the bootstrap is too sure of itself on fewer than {FEW_LESIONS}"
    return "" if found.parts.max() > 1 else "one lesion has no spread"


def _resample(metric: Metric, found: Resampled) -> tuple[Interval, str]:
    """Take the interval from the resamples in which the figure is defined."""
    if metric.biased_upward:
        interval = remove_bias(percentile_interval(found.defined), found.value, found.defined)
        kind, remark = "percentile", "; the interval is rid of the upward bias of small samples, the value is not"
    elif found.tail is not None:
        interval = _spread_on_logit(found, found.tail)
        kind, remark = "logit of the value with the resamples' spread, Student's t", ""
    else:
        interval = _score_spread(found)
        model = " and of a model of it" if found.modelled is not None else ""
        kind, remark = f"score interval of their spread{model}", ""
    if len(found.defined) < len(found.draws):
        remark = f"; those without rows that the figure needs are left out{remark}"
    return interval, f"bootstrap over lesions, {kind}, {len(found.draws)} resamples{remark}"


def _score_spread(found: Resampled) -> Interval:
    """Take the score interval over the number of lesions that would spread a proportion as the resamples spread.

    The number of a survey's effective observations in Wilson's interval (Korn and Graubard 1998, Survey Methodology
    24:193-201; Franco et al. 2019, Journal of Survey Statistics and Methodology 7:334-364) knows both how alike the
    images of a lesion are and that the figure cannot leave its range. Resamples of few lesions show too little spread,
    and what they show is itself hardly known. So the number is reduced by what they do not show; and where a model of
    the spread counts lesions too, a geometric mean of both is taken, in which the model weighs the less the more
    lesions there are. docs/adr/0016 says what else was tried, and what it held.
    """
    start, width = found.ends[0], found.ends[1] - found.ends[0]
    share, spread = (found.value - start) / width, float(found.defined.std()) / width
    lesions = count_effective(share, spread) * share_shown(found.parts)
    if found.modelled is not None:
        weight = MODEL_LESIONS / (MODEL_LESIONS + 1 / float((1 / found.parts).mean()))
        lesions = lesions ** (1 - weight) * found.modelled**weight
    low, high = wilson_interval(share, lesions)
    return start + low * width, start + high * width


def _spread_on_logit(found: Resampled, lesions: float) -> Interval:
    """Take the spread of the resamples on the scale of the logit, within the range that the figure can have."""
    (start, end), width = found.ends, found.ends[1] - found.ends[0]
    low, high = logit_interval((found.value - start) / width, float(found.defined.std()) / width, lesions)
    return start + low * width, min(start + high * width, end)


def _score_lesions(metric: Metric, found: Resampled, doubt: str) -> tuple[Interval, str]:
    """Take the score interval over as many independent lesions as the figure rests on.

    A mean of values between a and b has at most the variance (v - a)(b - v) / n of a proportion that is stretched over
    [a, b] (Bhatia and Davis 2000, American Mathematical Monthly 107:353-357), so that the interval of a proportion is
    not too narrow for it. What of the interval is beyond the metric's own range is cut off.
    """
    start, end = found.span
    low, high = wilson_interval((found.value - start) / (end - start), found.lesions)
    # A figure that is biased upward is above the smallest even where the truth is the smallest.
    lowest = found.ends[0] if metric.biased_upward else max(start + low * (end - start), found.ends[0])
    interval = lowest, min(start + high * (end - start), found.ends[1])
    return interval, f"Wilson score interval over the independent lesions that it rests on, because {doubt}"
