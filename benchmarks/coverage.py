"""How often the 95 % intervals hold the truth, and the prediction sets the true diagnosis, at realistic sizes.

    python -m benchmarks.coverage [SIMULATIONS] [CASE ...]

Each simulation draws a test set, a calibration set and the answers of two models from a population whose truth is
known, and measures them as a run does. A lesion has one to four images. A column is a number of images; `-` where no
simulation has data; `!` where the share is outside its target by more than chance explains. A new interval is a line
in `CASES`, a new population one in `benchmarks/simulated_lesions.py`.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.simulated_lesions import CLASSES, WORLDS, World, draw_pair
from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.delong import FEWEST_LESIONS, RankedPair, compare_auroc
from melanoma.evaluation.figure import FEW_LESIONS, Figure, NotEvaluated, Outcome
from melanoma.evaluation.metric import Metric, all_metrics
from melanoma.evaluation.metrics import macro_auroc, melanoma_auroc
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
PLAIN = ("accuracy", "brier", "kappa", "melanoma_auprc", "melanoma_auroc", "melanoma_sensitivity",
         "melanoma_specificity")  # fmt: skip
BY_CLASS = ("sensitivity", "auroc", "f1")
MEASURED = {*PLAIN, "balanced_accuracy", "ece", "macro_auroc", "macro_f1"}


@dataclass(frozen=True)
class Target:
    """What a share must lie in."""

    low: float
    high: float

    def misses(self, share: float, simulations: int) -> bool:
        """Tell whether a share is further out than two standard errors explain."""
        below, above = (2 * float(np.sqrt(end * (1 - end) / simulations)) for end in (self.low, self.high))
        return share < self.low - below or share > self.high + above


INTERVAL = Target(0.93, 0.97)
# Sets promise 0.90 at least; of few calibration lesions, n, it is up to 1 / (n + 1) more.
SETS = Target(0.90, 0.96)


@dataclass(frozen=True, eq=False)
class Truth:
    """The population's figures."""

    rows: ScoredRows
    other: ScoredRows

    @cached_property
    def figures(self) -> dict[str, Any]:
        """Figures of the first model by name, one or one per class; its lead over the second in sensitivity."""
        whole = whole_sample(self.rows)
        wanted = {*PLAIN, *BY_CLASS}
        found = {metric.name: metric.function(whole)[0] for metric in all_metrics() if metric.name in wanted}
        found["auroc_lead"] = found["auroc"] - whole_sample(self.other).class_auroc[0]
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
        lead: Floats = (one - other) / first.is_actual.sum(axis=0)
        return lead


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
        found = rule if isinstance(rule, NotEvaluated) else evaluate_sets(self.test, rule)
        return {} if isinstance(found, NotEvaluated) else {**found, **self._future(found)}

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


def hold_delong(metric: Metric, chosen: Callable[[ScoredRows], Ints]) -> Callable[[Draw], float | None]:
    """A difference of mean AUROC over some classes, where there are as many lesions as a comparison asks for."""

    def hold(draw: Draw) -> float | None:
        first, second = draw.test.rows, draw.other
        classes = chosen(first)
        fewest = first.count_groups(first.is_actual)[classes].min()
        if fewest < FEWEST_LESIONS or metric.count_lesions(whole_sample(first))[0] < FEW_LESIONS:
            return None
        pairs = [RankedPair(first.probabilities[:, c], second.probabilities[:, c], first.is_actual[:, c])
                 for c in classes]  # fmt: skip
        low, high = compare_auroc(pairs, first.groups).interval
        return float(low <= draw.truth.figures["auroc_lead"][classes].mean() <= high)

    return hold


def hold_delong_of_one(draw: Draw) -> float | None:
    """What DeLong's test gives for one network: its lead over a constant, whose AUROC is one half."""
    rows, truth = draw.test.rows, draw.truth.figures["melanoma_auroc"] - 0.5
    if rows.count_groups(rows.is_actual)[0] < FEWEST_LESIONS:
        return None
    pair = RankedPair(rows.probabilities[:, 0], np.zeros(rows.size), rows.is_actual[:, 0])
    low, high = compare_auroc([pair], rows.groups).interval
    return float(low <= truth <= high)


def hold_sets(name: str, figure: str) -> Callable[[Draw], float | None]:
    return lambda draw: held(draw.sets["sets"][figure], draw.sets[name]) if draw.sets else None


def cover(name: str) -> Callable[[Draw], float | None]:
    return lambda draw: draw.sets.get(name)


# By name: its target, and what one simulation gives: 1 if its interval holds the truth, 0 if not, None if there
# is none; of prediction sets, the share of the population that they hold.
CASES: dict[str, tuple[Target, Callable[[Draw], float | None]]] = {
    "accuracy, bootstrap": (INTERVAL, hold_plain("accuracy")),
    "balanced accuracy, bootstrap": (INTERVAL, hold_mean("balanced_accuracy", "sensitivity")),
    "macro AUROC, bootstrap": (INTERVAL, hold_mean("macro_auroc", "auroc")),
    "macro F1, bootstrap": (INTERVAL, hold_mean("macro_f1", "f1")),
    "Cohen's kappa, bootstrap": (INTERVAL, hold_plain("kappa")),
    "melanoma AUROC, bootstrap": (INTERVAL, hold_plain("melanoma_auroc")),
    "melanoma AUPRC, bootstrap": (INTERVAL, hold_plain("melanoma_auprc")),
    "melanoma sensitivity, bootstrap": (INTERVAL, hold_plain("melanoma_sensitivity")),
    "melanoma specificity, bootstrap": (INTERVAL, hold_plain("melanoma_specificity")),
    "Brier score, bootstrap": (INTERVAL, hold_plain("brier")),
    "ECE, bootstrap rid of bias": (INTERVAL, hold_ece),
    "AURC, bootstrap": (INTERVAL, hold_plain("aurc")),
    "calibration slope, bootstrap": (INTERVAL, hold_line("slope")),
    "calibration intercept, bootstrap": (INTERVAL, hold_line("intercept")),
    "difference of two models, paired score": (INTERVAL, hold_paired),
    "difference of melanoma AUROC, DeLong": (INTERVAL, hold_delong(melanoma_auroc.METRIC, lambda rows: np.array([0]))),
    "difference of macro AUROC, DeLong": (
        INTERVAL,
        hold_delong(macro_auroc.METRIC, lambda rows: np.flatnonzero(rows.rankable)),
    ),
    "melanoma AUROC, DeLong (not reported)": (INTERVAL, hold_delong_of_one),
    "coverage of sets, bootstrap": (INTERVAL, hold_sets("all", "coverage")),
    "melanoma coverage of sets, bootstrap": (INTERVAL, hold_sets("melanoma", "melanoma_coverage")),
    "prediction sets, all": (SETS, cover("all")),
    "prediction sets, melanoma": (SETS, cover("melanoma")),
    "prediction sets, others": (SETS, cover(OTHERS)),
}


def simulate(truth: Truth, images: int, simulations: int, world: World) -> Iterator[Draw]:
    config = EvaluateConfig(resamples=RESAMPLES)
    for number in range(simulations):
        random = np.random.default_rng((SEED, images, number))
        calibration, _ = draw_pair(random, images, world)
        rows, other = draw_pair(random, images, world)
        splits = [
            SplitEvaluation(name, pd.DataFrame(), drawn, config, number)
            for name, drawn in (("calibration", calibration), ("test", rows))
        ]
        yield Draw(truth, splits[0], splits[1], other)


def report(name_of_world: str, simulations: int, names: list[str]) -> None:
    random, world = np.random.default_rng(SEED), WORLDS[name_of_world]
    truth = Truth(*draw_pair(random, POPULATION, world))
    print(f"\n{name_of_world}: ECE {ece(whole_sample(truth.rows))[0]:.3f}, accuracy {truth.figures['accuracy']:.3f}, "
          f"slope {truth.figures['slope']:.2f}; {simulations} simulations, {RESAMPLES} resamples")  # fmt: skip
    found: dict[str, list[str]] = {name: [] for name in names}
    for images in SIZES:
        values: dict[str, list[float | None]] = {name: [] for name in names}
        for draw in simulate(truth, images, simulations, world):
            for name in names:
                values[name].append(CASES[name][1](draw))
        for name in names:
            found[name].append(mean_text(values[name], CASES[name][0]))
    print(f"{'share that holds the truth, at images':40}      target {' '.join(f'{size:>13,}' for size in SIZES)}")
    for name in names:
        target = CASES[name][0]
        print(f"{name:40} {target.low:.2f} - {target.high:.2f} {' '.join(found[name])}")


def mean_text(values: list[float | None], target: Target) -> str:
    """Write a mean, marked where it misses its target, and in brackets what share has one, if not all."""
    there = [value for value in values if value is not None]
    if not there:
        return f"{'-':>13}"
    defined = f" ({100 * len(there) / len(values):.0f} %)" if len(there) < len(values) else ""
    mark = "!" if target.misses(float(np.mean(there)), len(there)) else ""
    return f"{mark}{np.mean(there):.3f}{defined}".rjust(13)


def main(arguments: list[str]) -> None:
    simulations = int(arguments[0]) if arguments else SIMULATIONS
    names = [name for name in CASES if not arguments[1:] or any(part in name for part in arguments[1:])]
    for world in WORLDS:
        report(world, simulations, names)


if __name__ == "__main__":
    main(sys.argv[1:])
