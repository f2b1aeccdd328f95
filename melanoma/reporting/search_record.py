"""What a page on a search for hyper-parameters shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import stdev

from melanoma.config.tune import Choice, Dimension

COMPLETE, PRUNED, FAILED = "complete", "pruned", "failed"


@dataclass(frozen=True)
class TrialRow:
    """One trial.

    Attributes:
        number: Counted from 0.
        state: ``complete``, ``pruned`` or ``failed``.
        values: What it tried, by key.
        value: Mean balanced accuracy over the folds; of a pruned trial, what it had come to; None of a failed one.
        folds: That of each fold; empty unless it is complete.
        problem: Why it failed.
        seconds: How long it took.
    """

    number: int
    state: str
    values: Mapping[str, Choice]
    value: float | None
    folds: tuple[float, ...] = ()
    problem: str = ""
    seconds: float = 0.0

    @property
    def deviation(self) -> float | None:
        """Standard deviation over the folds; None of fewer than two."""
        return stdev(self.folds) if len(self.folds) > 1 else None


@dataclass(frozen=True)
class SearchRecord:
    """A study.

    Attributes:
        version: The version of `melanoma` that writes the page.
        data: Which images.
        network: Which network, and how it is trained.
        study: The study's name.
        space: What was searched.
        trials: All that have ended, in order; at least one is complete.
        importance: Share of the variance of the values that each key explains; empty where there are too few trials.
        config: The best configuration as YAML.
    """

    version: str
    data: str
    network: str
    study: str
    space: Mapping[str, Dimension]
    trials: tuple[TrialRow, ...]
    importance: Mapping[str, float]
    config: str

    def of(self, state: str) -> list[TrialRow]:
        """Return the trials that ended so."""
        return [trial for trial in self.trials if trial.state == state]

    @property
    def best(self) -> TrialRow:
        """The complete trial with the highest value; of equals the first."""
        return max(self.of(COMPLETE), key=lambda trial: (trial.value or 0.0, -trial.number))

    @property
    def by_value(self) -> list[TrialRow]:
        """Complete trials from the best, then pruned ones, then failed ones."""
        order = (COMPLETE, PRUNED, FAILED)
        return sorted(self.trials, key=lambda trial: (order.index(trial.state), -(trial.value or 0.0), trial.number))
