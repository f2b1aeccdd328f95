"""How often the 95 % intervals hold the truth, and the prediction sets the true diagnosis, at realistic sizes.

    python -m benchmarks.coverage [SIMULATIONS] [CASE ...]

Each simulation draws a test set, a calibration set and the answers of two models from a population whose truth is
known, and measures them as a run does. A column is a number of images; `-` where no simulation has data. A new interval
is a line in `CASES`.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import softmax

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.figure import Figure, NotEvaluated, Outcome
from melanoma.evaluation.metric import all_metrics
from melanoma.evaluation.metrics.ece import ece
from melanoma.evaluation.paired_score import PairedShares, mean_interval
from melanoma.evaluation.parts.abstention import AURC
from melanoma.evaluation.parts.calibration import evaluate_calibration
from melanoma.evaluation.parts.conformal import OTHERS, evaluate_sets, freeze_sets
from melanoma.evaluation.recalibration import ask, fit_intercepts, fit_slopes
from melanoma.evaluation.reliability import bin_rows, count_bins, top_confidence
from melanoma.evaluation.sample import whole_sample
from melanoma.evaluation.scored_rows import Floats, Ints, ScoredRows
from melanoma.evaluation.split_evaluation import SplitEvaluation

SIZES, SIMULATIONS, RESAMPLES, POPULATION, SEED = (100, 300, 1000, 2000), 500, 500, 300_000, 1
# Melanoma first; the rarest class is 1 in 50.
PRIORS = np.array([0.16, 0.24, 0.16, 0.13, 0.12, 0.08, 0.05, 0.04, 0.02])
CLASSES = ("melanoma", *(f"class {c}" for c in range(1, len(PRIORS))))
IMAGES_PER_LESION = np.repeat([1, 2, 3, 4], [70, 18, 8, 4])
SIGNAL, LESION_NOISE, IMAGE_NOISE = 1.7, 0.8, 0.6
# Of the logits: 1 states the true probabilities, more is too bold.
BOLDNESS = {"calibrated": 1.0, "bold": 1.7}
MEASURED = {
    "accuracy", "balanced_accuracy", "brier", "ece", "macro_auroc", "melanoma_auroc", "melanoma_sensitivity",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Truth:
    """The population's figures."""

    rows: ScoredRows
    other: ScoredRows

    @cached_property
    def figures(self) -> dict[str, Any]:
        """Figures of the first model by name, one or one per class; its lead over the second in sensitivity."""
        whole = whole_sample(self.rows)
        wanted = ("accuracy", "brier", "sensitivity", "auroc", "melanoma_sensitivity", "melanoma_auroc")
        found = {metric.name: metric.function(whole)[0] for metric in all_metrics() if metric.name in wanted}
        binary = ask(self.rows.probabilities[:, 0], self.rows.is_actual[:, 0])
        found |= {"slope": fit_slopes(binary, whole.weights)[0], "intercept": fit_intercepts(binary, whole.weights)[0]}
        return found | {"aurc": AURC.function(whole)[0], "difference": self._recalls(self.rows, self.other)}

    def ece(self, bins: int) -> float:
        """As `ece`, with as many bins as a set of test has."""
        confidence = top_confidence(self.rows)
        gaps = confidence - (self.rows.truth == self.rows.predicted)
        return float(np.abs(np.bincount(bin_rows(confidence, bins), gaps)).sum() / self.rows.size)

    @staticmethod
    def _recalls(first: ScoredRows, second: ScoredRows) -> Floats:
        one, other = ((rows.is_predicted & rows.is_actual).sum(axis=0) for rows in (first, second))
        return (one - other) / first.is_actual.sum(axis=0)


@dataclass(frozen=True, eq=False)
class Draw:
    """One simulation."""

    truth: Truth
    calibration: SplitEvaluation
    test: SplitEvaluation
    other: ScoredRows

    @cached_property
    def figures(self) -> dict[str, Outcome]:
        """What the bootstrap gives."""
        chosen = [metric for metric in all_metrics() if metric.name in MEASURED]
        return {name: columns[0] for name, columns in self.test.measure([*chosen, AURC]).items()}

    @cached_property
    def recalibrated(self) -> dict[str, Outcome]:
        """Slope and intercept; empty where there are too few melanomas."""
        found = evaluate_calibration(self.test, {})["melanoma"]
        return {} if isinstance(found, NotEvaluated) else found

    @cached_property
    def sets(self) -> dict[str, Any]:
        """Figures of the sets on test, and what they hold of the population; empty where there are none."""
        rule = freeze_sets({"calibration": self.calibration})
        return {} if isinstance(rule, NotEvaluated) else {**evaluate_sets(self.test, rule), **self._future(rule)}

    def _future(self, rule: dict[str, Any]) -> dict[str, float]:
        """Return how often the sets hold the true class in the population."""
        rows, least = self.truth.rows, rule["least_probability"]
        of_class = np.array([least.get(name, least[OTHERS]) for name in CLASSES])
        holds = rows.probabilities[np.arange(rows.size), rows.truth] >= of_class[rows.truth]
        return {"all": holds.mean(), "melanoma": holds[rows.truth == 0].mean(), OTHERS: holds[rows.truth != 0].mean()}


def held(outcome: Outcome | None, truth: float) -> float | None:
    """Tell whether an interval holds the truth; nothing where there is no interval."""
    return float(outcome.interval[0] <= truth <= outcome.interval[1]) if isinstance(outcome, Figure) else None


def hold_plain(name: str) -> Callable[[Draw], float | None]:
    return lambda draw: held(draw.figures[name], draw.truth.figures[name])


def hold_mean(name: str, of_class: str) -> Callable[[Draw], float | None]:
    """A mean over the classes that the test set has is compared with the truth of the same classes."""
    return lambda draw: held(draw.figures[name], draw.truth.figures[of_class][draw.test.rows.present].mean())


def hold_line(name: str) -> Callable[[Draw], float | None]:
    return lambda draw: held(draw.recalibrated.get(name), draw.truth.figures[name])


def hold_ece(draw: Draw) -> float | None:
    return held(draw.figures["ece"], draw.truth.ece(count_bins(draw.test.rows)))


def hold_paired(draw: Draw) -> float:
    first, second, present = draw.test.rows, draw.other, draw.test.rows.present
    shares = [
        PairedShares.count(
            first.predicted[rows] == c, second.predicted[rows] == c, float(np.unique(first.groups[rows]).size)
        )
        for c in np.flatnonzero(present)
        for rows in [first.truth == c]
    ]
    low, high = mean_interval(shares)
    return float(low <= draw.truth.figures["difference"][present].mean() <= high)


def hold_sets(name: str, figure: str) -> Callable[[Draw], float | None]:
    return lambda draw: held(draw.sets["sets"][figure], draw.sets[name]) if draw.sets else None


def cover(name: str) -> Callable[[Draw], float | None]:
    return lambda draw: draw.sets.get(name)


# By name: what it promises, and what one simulation gives: 1 if its interval holds the truth, 0 if not, None if there
# is none; of prediction sets, the share of the population that they hold.
CASES: dict[str, tuple[float, Callable[[Draw], float | None]]] = {
    "accuracy, bootstrap": (0.95, hold_plain("accuracy")),
    "balanced accuracy, bootstrap": (0.95, hold_mean("balanced_accuracy", "sensitivity")),
    "macro AUROC, bootstrap": (0.95, hold_mean("macro_auroc", "auroc")),
    "melanoma AUROC, bootstrap": (0.95, hold_plain("melanoma_auroc")),
    "melanoma sensitivity, bootstrap": (0.95, hold_plain("melanoma_sensitivity")),
    "Brier score, bootstrap": (0.95, hold_plain("brier")),
    "ECE, bootstrap rid of bias": (0.95, hold_ece),
    "AURC, bootstrap": (0.95, hold_plain("aurc")),
    "calibration slope, bootstrap": (0.95, hold_line("slope")),
    "calibration intercept, bootstrap": (0.95, hold_line("intercept")),
    "difference of two models, paired score": (0.95, hold_paired),
    "coverage of sets, bootstrap": (0.95, hold_sets("all", "coverage")),
    "melanoma coverage of sets, bootstrap": (0.95, hold_sets("melanoma", "melanoma_coverage")),
    "prediction sets, all": (0.90, cover("all")),
    "prediction sets, melanoma": (0.90, cover("melanoma")),
    "prediction sets, others": (0.90, cover(OTHERS)),
}


def draw_pair(random: np.random.Generator, images: int, boldness: float) -> tuple[ScoredRows, ScoredRows]:
    """Draw images of lesions, and the answers of a model and of a second one that knows the first one's scores.

    The scores of an image are normal around `SIGNAL` for the true class and 0 for the others, so that its posterior,
    softmax(log prior + SIGNAL / variance * score), is known: stated with boldness 1 it is calibrated.
    """
    sizes = random.choice(IMAGES_PER_LESION, images)
    groups = np.repeat(np.arange(images), sizes)[:images]
    truth = random.choice(len(PRIORS), groups[-1] + 1, p=PRIORS)[groups]
    scores = SIGNAL * (truth[:, None] == np.arange(len(PRIORS))) + draw_noise(random, groups)
    worse = scores + 0.7 * draw_noise(random, groups)
    return state(scores, truth, groups, boldness), state(worse, truth, groups, boldness)


def draw_noise(random: np.random.Generator, groups: Ints) -> Floats:
    of_lesion = random.normal(0, LESION_NOISE, (groups[-1] + 1, len(PRIORS)))
    return of_lesion[groups] + random.normal(0, IMAGE_NOISE, (len(groups), len(PRIORS)))


def state(scores: Floats, truth: Ints, groups: Ints, boldness: float) -> ScoredRows:
    logits = np.log(PRIORS) + SIGNAL / (LESION_NOISE**2 + IMAGE_NOISE**2) * scores
    probabilities = softmax(boldness * logits, axis=1)
    return ScoredRows(CLASSES, truth, probabilities.argmax(axis=1), probabilities, groups)


def simulate(truth: Truth, images: int, simulations: int, boldness: float) -> Iterator[Draw]:
    config = EvaluateConfig(resamples=RESAMPLES)
    for number in range(simulations):
        random = np.random.default_rng((SEED, images, number))
        calibration, _ = draw_pair(random, images, boldness)
        rows, other = draw_pair(random, images, boldness)
        splits = [
            SplitEvaluation(name, pd.DataFrame(), drawn, config, number)
            for name, drawn in (("calibration", calibration), ("test", rows))
        ]
        yield Draw(truth, splits[0], splits[1], other)


def report(world: str, simulations: int, names: list[str]) -> None:
    random = np.random.default_rng(SEED)
    truth = Truth(*draw_pair(random, POPULATION, BOLDNESS[world]))
    print(f"\n{world}: ECE {ece(whole_sample(truth.rows))[0]:.3f}, accuracy {truth.figures['accuracy']:.3f}, "
          f"slope {truth.figures['slope']:.2f}; {simulations} simulations, {RESAMPLES} resamples")  # fmt: skip
    found: dict[str, list[str]] = {name: [] for name in names}
    for images in SIZES:
        values: dict[str, list[float | None]] = {name: [] for name in names}
        for draw in simulate(truth, images, simulations, BOLDNESS[world]):
            for name in names:
                values[name].append(CASES[name][1](draw))
        for name in names:
            found[name].append(mean_text(values[name]))
    print(f"{'share that holds the truth, at images':40} promised {' '.join(f'{size:>13,}' for size in SIZES)}")
    for name in names:
        print(f"{name:40} {CASES[name][0]:8.2f} {' '.join(found[name])}")


def mean_text(values: list[float | None]) -> str:
    """Write a mean, and in brackets the share of simulations that have one, where that is not all."""
    there = [value for value in values if value is not None]
    if not there:
        return f"{'-':>13}"
    defined = f" ({100 * len(there) / len(values):.0f} %)" if len(there) < len(values) else ""
    return f"{np.mean(there):.3f}{defined}".rjust(13)


def main(arguments: list[str]) -> None:
    simulations = int(arguments[0]) if arguments else SIMULATIONS
    names = [name for name in CASES if not arguments[1:] or any(part in name for part in arguments[1:])]
    for world in BOLDNESS:
        report(world, simulations, names)


if __name__ == "__main__":
    main(sys.argv[1:])
