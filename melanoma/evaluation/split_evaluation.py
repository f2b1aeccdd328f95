"""One split, ready to be measured."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.bootstrap import measure
from melanoma.evaluation.figure import Outcome
from melanoma.evaluation.metric import Metric
from melanoma.evaluation.scored_rows import ScoredRows, score_rows
from melanoma.seeding import derive_seed


@dataclass(frozen=True)
class SplitEvaluation:
    """One split, ready to be measured.

    Attributes:
        name: ``validation``, ``calibration``, ``test`` or ``external``.
        table: The split's rows of the predictions.
        rows: The same rows as arrays.
        config: Settings.
        seed: The stream of the split's resamples; all its figures see the same ones.
    """

    name: str
    table: pd.DataFrame
    rows: ScoredRows
    config: EvaluateConfig
    seed: int

    def measure(self, metrics: Iterable[Metric]) -> dict[str, tuple[Outcome, ...]]:
        """Measure metrics on the split's resamples."""
        return measure(self.rows, tuple(metrics), self.config.resamples, self.seed)


def prepare_split(
    predictions: pd.DataFrame, name: str, classes: Sequence[str], config: EvaluateConfig, seed: int
) -> SplitEvaluation:
    """Prepare the rows of one split; the same seed gives the same resamples wherever figures are made."""
    table = predictions[predictions["split"] == name]
    return SplitEvaluation(
        name, table, score_rows(table, classes, config), config, derive_seed(seed, "bootstrap", name)
    )
