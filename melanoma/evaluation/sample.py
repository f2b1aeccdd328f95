"""Rows with weights: the split itself (every weight 1) or a batch of bootstrap resamples (draws of each row)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from melanoma.evaluation.ranking import weighted_auroc
from melanoma.evaluation.scored_rows import Floats, ScoredRows


@dataclass(frozen=True, eq=False)
class Sample:
    """B weightings of the same n rows; sums that several metrics need are computed once.

    Attributes:
        rows: The rows.
        weights: Float64 [B, n], not negative.
    """

    rows: ScoredRows
    weights: Floats

    @cached_property
    def total(self) -> Floats:
        """Float64 [B]: the weight of all rows."""
        return np.asarray(self.weights.sum(axis=1))

    @cached_property
    def actual(self) -> Floats:
        """Float64 [B, C]: the weight of the rows of each class."""
        return self.weights @ self.rows.is_actual.astype(np.float64)

    @cached_property
    def predicted(self) -> Floats:
        """Float64 [B, C]: the weight of the rows predicted as each class."""
        return self.weights @ self.rows.is_predicted.astype(np.float64)

    @cached_property
    def hits(self) -> Floats:
        """Float64 [B, C]: the weight of the rows of each class that were predicted as it."""
        return self.weights @ (self.rows.is_actual & self.rows.is_predicted).astype(np.float64)

    @cached_property
    def class_auroc(self) -> Floats:
        """Float64 [B, C]: AUROC of each class against the rest; not a number where one side has no weight."""
        return np.stack([weighted_auroc(ranking, self.weights) for ranking in self.rows.rankings], axis=1)


def whole_sample(rows: ScoredRows) -> Sample:
    """Return the split itself: one weighting, every weight 1."""
    return Sample(rows, np.ones((1, rows.size)))
