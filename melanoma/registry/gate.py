"""What a gate is. A new one is a file in `melanoma.registry.gates` with ``GATE``; settings: `melanoma.config.gates`.

A gate asks whether the challenger is shown to be not worse than the champion on the same test rows: the whole 95 %
interval of the paired difference must lie within the margin (non-inferiority; Piaggio et al. 2012, JAMA 308:2594).
An interval that reaches over the margin is no proof of harm, and no proof of its absence: the champion stays.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.config.gates import GatesConfig
from melanoma.discovery import discover
from melanoma.evaluation.bootstrap import measure
from melanoma.evaluation.figure import Figure, NotEvaluated
from melanoma.evaluation.metric import Metric
from melanoma.evaluation.operating_point import OperatingPoint
from melanoma.evaluation.paired_difference import PairedMetric, PairedRows, pair_predictions, require_difference
from melanoma.evaluation.scored_rows import ScoredRows

Verdict = Literal["passed", "failed", "not judged", "off"]
PASSED: Verdict = "passed"
FAILED: Verdict = "failed"
NOT_JUDGED: Verdict = "not judged"
OFF: Verdict = "off"


@dataclass(frozen=True, eq=False)
class Contender:
    """A model as the gates see it.

    Attributes:
        predictions: Of the test rows that are judged, in the columns of `melanoma.evaluation.check_predictions`.
        point: Its threshold for melanoma, frozen on its own validation rows, or why there is none.
        images_per_s: The rate of the bare network in each of several rounds.
    """

    predictions: pd.DataFrame
    point: OperatingPoint | NotEvaluated
    images_per_s: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Match:
    """A challenger and the champion on the same images; the first challenger of a home has none to beat.

    Attributes:
        challenger: The new model; its truth and groups hold.
        champion: The model in place, if any.
        config: Resamples, bins, subgroups.
        seed: The stream of the resamples, the same for each gate.
    """

    challenger: Contender
    champion: Contender | None
    config: EvaluateConfig
    seed: int

    @cached_property
    def pair(self) -> PairedRows:
        """The rows of both, challenger first, in the order of the images' names.

        Raises:
            LookupError: If there is no champion.
        """
        if self.champion is None:
            raise LookupError("a match without a champion has no pair; this is a defect")
        return pair_predictions(self.challenger.predictions, self.champion.predictions, self.config)

    def figure(self, rows: ScoredRows, metric: Metric) -> Figure:
        """Measure one of the two with its own interval.

        Raises:
            LookupError: If the rows have no data for it; a gate asks before.
        """
        found = measure(rows, (metric,), self.config.resamples, self.seed)[metric.name][0]
        if isinstance(found, NotEvaluated):
            raise LookupError(f"{metric.name}: {found.reason}; this is a defect")
        return found

    def difference(self, metric: PairedMetric) -> Figure:
        """Measure what the challenger gains over the champion; the same resamples for every metric.

        Raises:
            LookupError: If the rows have no data for it; a gate asks before.
        """
        return require_difference(self.pair, metric, self.config.resamples, self.seed)

    @property
    def rows(self) -> pd.DataFrame:
        """The challenger's predictions in the order of `pair`."""
        return self.challenger.predictions.sort_values("image_id", ignore_index=True)


@dataclass(frozen=True)
class GateResult:
    """What a gate found.

    Attributes:
        gate: Its name.
        verdict: Whether it was passed.
        sentence: Why, for people.
        margin: The largest loss that may be left open.
        challenger: Its figure, if there is one.
        champion: The champion's.
        difference: Challenger - champion; of the rates their ratio.
        finding: What the difference is evidence of, in a few words.
        on: The external set that was judged; empty: the frozen test rows.
    """

    gate: str
    verdict: Verdict
    sentence: str
    margin: float
    challenger: Figure | None = None
    champion: Figure | None = None
    difference: Figure | None = None
    finding: str = ""
    on: str = ""

    @property
    def title(self) -> str:
        """Its name, and the external set that it was judged on, if it was one."""
        return f"{self.gate} on {self.on}" if self.on else self.gate

    def to_json(self) -> dict[str, Any]:
        """Return it as a promotion's line holds it."""
        figures = {name: getattr(self, name) for name in ("challenger", "champion", "difference")}
        said = {name: getattr(self, name) for name in ("gate", "on", "verdict", "margin", "finding", "sentence")}
        return said | {name: figure.to_json() if figure else None for name, figure in figures.items()}


@dataclass(frozen=True)
class Compared:
    """The figures that a gate decides on.

    Attributes:
        what: What is compared, as a sentence begins.
        challenger: Its figure.
        champion: The champion's.
        difference: Challenger - champion.
        rows: What its rows are.
    """

    what: str
    challenger: Figure
    champion: Figure
    difference: Figure
    rows: str = "images"


@dataclass(frozen=True)
class Gate:
    """One gate.

    Attributes:
        name: Its name, also of its settings.
        title: What people call it.
        judge: Takes a match and the margin.
        of_rows: Whether it judges predictions; what is the same for every set is asked of the first alone.
    """

    name: str
    title: str
    judge: Callable[[Match, float], GateResult]
    of_rows: bool = True


def all_gates() -> tuple[Gate, ...]:
    """Return the gate of every file in `melanoma.registry.gates`, sorted by file name."""
    return tuple(module.GATE for module in discover("melanoma.registry.gates"))


def judge_gates(match: Match, config: GatesConfig, on: str = "") -> tuple[GateResult, ...]:
    """Let each gate judge a match.

    Args:
        match: The challenger and the champion.
        config: Which gates count, and their margins.
        on: The external set that the match is on; empty: the frozen test rows.
    """
    settings = [(gate, config.settings(gate.name)) for gate in all_gates() if gate.of_rows or not on]
    found = (
        gate.judge(match, chosen.margin)
        if chosen.enabled
        else GateResult(gate.name, OFF, "turned off by the configuration", chosen.margin)
        for gate, chosen in settings
    )
    return tuple(replace(result, on=on) for result in found)


def not_judged(gate: str, margin: float, reason: str) -> GateResult:
    """Return the result of a gate that has nothing to compare."""
    return GateResult(gate, NOT_JUDGED, reason, margin)


def judge_loss(gate: str, compared: Compared, margin: float, larger_is_better: bool = True) -> GateResult:
    """Pass a challenger whose loss is shown to be within the margin.

    Args:
        gate: The gate's name.
        compared: The figures.
        margin: The largest loss that may be left open, at least 0.
        larger_is_better: Whether a larger figure is the better one.
    """
    low, high = compared.difference.interval
    gained = (low, high) if larger_is_better else (-high, -low)
    passed = gained[0] > -margin or gained == (0.0, 0.0)
    harm = gained[1] < 0
    verdict = "not worse" if passed else "worse" if harm else "not shown to be not worse"
    difference = f"{compared.difference.value:+.3f} [{low:+.3f}, {high:+.3f}]"
    sentence = (
        f"{compared.what} {compared.challenger} against {compared.champion}, difference {difference} on "
        f"{compared.difference.n:,} {compared.rows}, margin {margin:g}: {verdict}"
    )
    if not passed and not harm:
        sentence += _say_what_would_tell(compared, gained[0], margin, larger_is_better)
    figures = (compared.challenger, compared.champion, compared.difference)
    return GateResult(gate, PASSED if passed else FAILED, sentence, margin, *figures, verdict)


def _say_what_would_tell(compared: Compared, low: float, margin: float, larger_is_better: bool) -> str:
    """Say how many rows would narrow the interval to the margin, were the difference to stay."""
    difference = compared.difference
    value = difference.value if larger_is_better else -difference.value
    if value + margin <= 0:
        return ""
    needed = difference.n * ((value - low) / (value + margin)) ** 2
    return f"; about {needed:,.0f} {compared.rows} would tell, were the difference to stay"
