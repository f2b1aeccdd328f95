"""Resample lesions, not rows, and measure every metric on every resample.

Rows of one lesion, patient or picture are not independent: they are drawn together (cluster bootstrap; Davison and
Hinkley 1997, Bootstrap Methods and their Application, section 3.8; Field and Welsh 2007, JRSS B 69:369-390). A
resample is how often each group was drawn, so that it is a weight per row and nothing is copied.

A resample in which a figure is undefined, because a class was not drawn, is left out of that figure's interval, and
the figure's method says how many were: the interval is then conditional on the class being there, as the split is.
pROC (Robin et al. 2011, BMC Bioinformatics 12:77) does so too where it does not draw within classes.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from melanoma.evaluation.figure import NotEvaluated, Outcome, build_figures
from melanoma.evaluation.metric import Metric
from melanoma.evaluation.sample import Sample, whole_sample
from melanoma.evaluation.scored_rows import Floats, Ints, ScoredRows
from melanoma.seeding import generator

# Weights in memory at a time: 2^16 of 8 bytes stay in a core's own cache, whatever the number of rows or resamples.
CELLS = 2**16


def measure(rows: ScoredRows, metrics: Sequence[Metric], resamples: int, seed: int) -> dict[str, tuple[Outcome, ...]]:
    """Measure metrics on the rows of one split, with intervals.

    Args:
        rows: At least one row.
        metrics: What to measure; all see the same resamples.
        resamples: How many, B.
        seed: The stream; it and the groups alone decide the resamples.

    Returns:
        For each metric's name, its figure, or one per class.
    """
    usable = [metric for metric in metrics if metric.diagnosis is None or metric.diagnosis in rows.classes]
    absent = {metric.name: metric.diagnosis for metric in metrics if metric not in usable}
    draws = _measure_resamples(rows, usable, resamples, seed)
    whole = whole_sample(rows)
    figures = {metric.name: build_figures(metric, whole, draws[metric.name]) for metric in usable}
    reasons = {name: (NotEvaluated(f"{diagnosis} is not among the classes"),) for name, diagnosis in absent.items()}
    return figures | reasons


def resample_groups(groups: Ints, resamples: int, seed: int) -> Iterator[Floats]:
    """Yield how often each row counts in each resample, as many resamples at a time as fit the cache.

    Args:
        groups: int64 [n] in [0, G).
        resamples: How many in all.
        seed: The stream.

    Yields:
        Float64 [b, n]; rows of one group are equal, and the groups' counts sum to G in each resample.
    """
    random = generator(seed, "resample groups")
    size = int(groups.max()) + 1
    step = max(1, CELLS // len(groups))
    for start in range(0, resamples, step):
        batch = min(step, resamples - start)
        drawn = random.integers(size, size=(batch, size)) * batch + np.arange(batch)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=size * batch).reshape(size, batch)
        yield counts.astype(np.float64)[groups].T


def _measure_resamples(rows: ScoredRows, metrics: Sequence[Metric], resamples: int, seed: int) -> dict[str, Floats]:
    """Return float64 [B, K] for each metric."""
    parts: dict[str, list[Floats]] = {metric.name: [] for metric in metrics}
    for weights in resample_groups(rows.groups, resamples, seed):
        sample = Sample(rows, weights)
        for metric in metrics:
            parts[metric.name].append(metric.function(sample).reshape(len(weights), -1))
    return {name: np.concatenate(values) for name, values in parts.items()}
