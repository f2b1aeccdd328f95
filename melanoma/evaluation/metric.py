"""What a metric is. A new one is a new file in `melanoma.evaluation.metrics` that defines ``METRIC``."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from melanoma.discovery import discover
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Bools, Floats, Ints, ScoredRows


def every_row(rows: ScoredRows) -> Bools:
    """Bool [n, 1]: a figure over all rows."""
    return np.ones((rows.size, 1), dtype=np.bool_)


def no_note(rows: ScoredRows) -> str:
    """Return nothing to add to the method."""
    return ""


@dataclass(frozen=True)
class Metric:
    """One metric, or one metric per class.

    Attributes:
        name: Its name in `metrics.json`.
        function: Takes B weightings of n rows and returns float64 [B], or [B, C] if ``per_class``; not a number where
            a weighting has no data for it.
        needs: One sentence: what the split must hold, with ``{diagnosis}`` for the class.
        per_class: Whether it is one figure per class.
        diagnosis: The class that the metric is about, if it is about one.
        base: Returns the rows that the figure is over, bool [n, 1] or [n, C].
        events: Returns the rows that the figure turns on, bool [n, 1] or [n, C], of which those in ``base`` count: the
            positive ones of a class or of a binary view, or, of a figure over the negative ones alone such as a
            specificity, those. By default all of them: a figure over all classes turns on every row.
        effective: Returns how many independent lesions the figure rests on, float64 [1] or [C]; by default those in
            ``base``. Where resampling cannot give an interval, the score interval is over these.
        averaged: Returns the lesions of each class that the figure is a mean over, float64 [K], if it is such a mean:
            few lesions of any class then show too little spread.
        modelled: Returns how many independent lesions a model of the figure's variance counts, float64 [1] or [C].
        lower: The smallest possible value.
        upper: The largest possible value.
        span: Returns the value if no lesion and if every lesion counted for it, where these are not ``lower`` and
            ``upper``: the figure is then a proportion of lesions, stretched over them, and has its interval.
        tail: Returns on how many of these lesions the spread of a figure rests that is about the tail of a distribution
            only, float64 [1] or [C]. Its quantiles would be one-sided; its interval is taken on the logit's scale.
        biased_upward: Whether noise adds to the value, so that its interval must be rid of a bias.
        note: Returns what a reader of the method must also know.
    """

    name: str
    function: Callable[[Sample], Floats]
    needs: str
    per_class: bool = False
    diagnosis: str | None = None
    base: Callable[[ScoredRows], Bools] = every_row
    events: Callable[[ScoredRows], Bools] | None = None
    effective: Callable[[Sample], Floats] | None = None
    averaged: Callable[[Sample], Floats] | None = None
    modelled: Callable[[Sample], Floats] | None = None
    lower: float = 0.0
    upper: float = 1.0
    span: Callable[[Sample], tuple[float, float]] | None = None
    tail: Callable[[Sample], Floats] | None = None
    biased_upward: bool = False
    note: Callable[[ScoredRows], str] = no_note

    def count_lesions(self, whole: Sample) -> Floats:
        """Return how many independent lesions each figure rests on: float64 [1], or [C] if per class."""
        return self.effective(whole) if self.effective else whole.rows.count_groups(self.base(whole.rows))

    def count_events(self, rows: ScoredRows) -> Ints:
        """Return how many events each figure turns on: int64 [1], or [C] if per class."""
        base = self.base(rows)
        return np.asarray((self.events(rows) & base if self.events else base).sum(axis=0))

    def find_span(self, whole: Sample) -> tuple[float, float]:
        """Return the ends over which a proportion of lesions is stretched."""
        return self.span(whole) if self.span else (self.lower, self.upper)


def all_metrics() -> tuple[Metric, ...]:
    """Return the metric of every file in `melanoma.evaluation.metrics`, sorted by file name."""
    return tuple(module.METRIC for module in discover("melanoma.evaluation.metrics"))


def proportion(name: str, hits: Bools, base: Bools, needs: str, events: Bools | None = None) -> Metric:
    """Build the share of hits among some rows of one split, such as the accuracy within a subgroup.

    Args:
        name: Its name.
        hits: Bool [n].
        base: Bool [n], the rows that count.
        needs: One sentence for the case that no row counts.
        events: Bool [n], the rows that it turns on, if not all that count.

    Returns:
        The metric.
    """
    numerator, denominator = (hits & base).astype(np.float64), base.astype(np.float64)
    return Metric(
        name=name,
        function=lambda sample: divide(sample.weights @ numerator, sample.weights @ denominator),
        needs=needs,
        base=lambda rows: base[:, None],
        events=(lambda rows: events[:, None]) if events is not None else None,
    )


def class_column(sample: Sample, figures: Floats, diagnosis: str) -> Floats:
    """Return the column of one class: [B, C] becomes [B]."""
    return figures[:, sample.rows.classes.index(diagnosis)]


def class_mean(figures: Floats, chosen: Bools) -> Floats:
    """Average over chosen classes: [B, C] becomes [B].

    A resample that lacks one of them is undefined. It is not averaged over the rest, because that would be another
    quantity, one that leaves out the rare classes just when they are hard to estimate.
    """
    if not chosen.any():
        return np.full(len(figures), np.nan)
    return np.asarray(figures[:, chosen].mean(axis=1))


def independent_mean_effective(effective: Floats, chosen: Bools) -> Floats:
    """Return the lesions behind a mean of K figures on different lesions: K^2 / sum(1 / g).

    Var = p(1 - p) / K^2 * sum(1 / g), set equal to p(1 - p) / effective.

    Args:
        effective: Float64 [C], lesions g behind each class's figure.
        chosen: Bool [C], the K classes.

    Returns:
        Float64 [1].
    """
    return np.array([chosen.sum() ** 2 / (1 / effective[chosen]).sum()])


def one_vs_rest_mean_effective(effective: Floats, chosen: Bools) -> Floats:
    """Return the lesions behind a mean of K figures of one class against the rest.

    They share their lesions: membership in one of K equally frequent classes and in another is correlated by
    r = 1 / (K - 1), less its sign. With v = 1 / g, the variance of the mean is then at most
    ((1 - r) sum(v) + r sum(v^1/2)^2) / K^2, times p(1 - p). Two classes are one figure twice, r = 1.

    Args:
        effective: Float64 [C], lesions g behind each class's figure.
        chosen: Bool [C], the K classes.

    Returns:
        Float64 [1].
    """
    classes, variances = int(chosen.sum()), 1 / effective[chosen]
    shared = 1 / max(classes - 1, 1)
    total = (1 - shared) * variances.sum() + shared * np.sqrt(variances).sum() ** 2
    return np.array([classes**2 / total])
