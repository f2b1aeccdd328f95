"""Simulate how often the interval of the partial AUROC holds the truth, beside the percentile interval it replaces.

    python -m benchmarks.partial_area_coverage

Scores of melanomas and of others are normal, so that the true area is known. Both intervals are made from the same
resamples.
"""

from itertools import product

import numpy as np
from scipy.stats import norm

from melanoma.evaluation.bootstrap import measure, resample_groups
from melanoma.evaluation.figure import Figure
from melanoma.evaluation.interval import Interval, percentile_interval
from melanoma.evaluation.metrics.melanoma_pauc import METRIC
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Floats, ScoredRows

APART = (0.5, 1.5, 2.5)
SIZES = ((60, 300), (100, 300), (250, 2000))
SIMULATIONS, RESAMPLES, SEED = 400, 400, 1


def draw_rows(apart: float, melanomas: int, others: int, random: np.random.Generator) -> ScoredRows:
    scores = np.concatenate([random.normal(apart, 1, melanomas), random.normal(0, 1, others)])
    chance = norm.cdf(scores - apart / 2)
    probabilities = np.stack([chance, 1 - chance], axis=1)
    truth = np.repeat([0, 1], [melanomas, others])
    return ScoredRows(("melanoma", "nevus"), truth, probabilities.argmax(axis=1), probabilities, np.arange(len(truth)))


def true_area(apart: float, min_sensitivity: float = 0.80) -> float:
    miss_rates = (np.arange(100_000) + 0.5) / 100_000 * (1 - min_sensitivity)
    return float((1 - min_sensitivity) * norm.cdf(norm.ppf(miss_rates) + apart).mean())


def simulate(apart: float, melanomas: int, others: int, seed: int) -> Floats:
    """Return how often each interval is too high, and too low: float64 [2, 2]."""
    random, truth = np.random.default_rng([SEED, seed]), true_area(apart)
    misses = np.zeros((2, 2))
    for one in range(SIMULATIONS):
        rows = draw_rows(apart, melanomas, others, random)
        (figure,) = measure(rows, (METRIC,), RESAMPLES, one)[METRIC.name]
        assert isinstance(figure, Figure)
        for place, (low, high) in enumerate((figure.interval, take_percentiles(rows, one))):
            misses[place] += truth < low, truth > high
    return misses / SIMULATIONS


def take_percentiles(rows: ScoredRows, seed: int) -> Interval:
    draws = [METRIC.function(Sample(rows, weights)) for weights in resample_groups(rows.groups, RESAMPLES, seed)]
    return percentile_interval(np.concatenate(draws))


def main() -> None:
    for seed, (apart, (melanomas, others)) in enumerate(product(APART, SIZES)):
        ours, percentile = simulate(apart, melanomas, others, seed)
        print(
            f"{melanomas} melanomas, {others} others, {apart} apart: holds the truth in {1 - ours.sum():.1%} "
            f"(too high {ours[0]:.1%}, too low {ours[1]:.1%}); "
            f"percentile {1 - percentile.sum():.1%} (too high {percentile[0]:.1%}, too low {percentile[1]:.1%})"
        )


if __name__ == "__main__":
    main()
