"""What a trial of a search for hyper-parameters is told beside its configuration."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from melanoma.fingerprint import digest_value
from melanoma.stages.given_files import GivenWeights

Watch = Callable[[int, float], None]


class Pruned(Exception):  # a signal to stop early, as StopIteration is; nothing has gone wrong
    """A trial is not worth going on with."""


def _watch_nothing(step: int, value: float) -> None:
    """Let every trial go on."""


@dataclass(frozen=True)
class TrialPlan:
    """How a trial is measured.

    Attributes:
        folds: How many of the split's folds it is measured on, from the first.
        weights: The file of weights that the network starts from, if any.
        watch: Is told the mean balanced accuracy so far, by step; raises `Pruned` to stop the trial. It takes no part
            in the digest: a trial that it lets end has the same result as one that nobody watches.
    """

    folds: int
    weights: GivenWeights | None = None
    watch: Watch = field(default=_watch_nothing, compare=False)

    @cached_property
    def digest(self) -> str:
        """The sha256 of folds and weights."""
        return digest_value([self.folds, self.weights.digest if self.weights else None])
