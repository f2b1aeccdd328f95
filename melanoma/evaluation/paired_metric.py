"""A figure as two predictions of the same images are compared by it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from melanoma.evaluation.metric import Metric
from melanoma.evaluation.metrics import accuracy, balanced_accuracy, melanoma_auroc
from melanoma.evaluation.operating_point import DIAGNOSIS, OperatingPoint
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.sample import Sample
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows


@dataclass(frozen=True)
class PairedMetric:
    """A figure, and what its difference rests on.

    Attributes:
        metric: The figure; one value for all rows.
        find_members: Returns the rows of each of the K samples that the figure is made from, bool [n, K], such as a
            column for each diagnosis; how few lesions one has decides how far resamples are to be trusted.
        find_hits: Returns, bool [n], the rows that count as found, where the figure is the mean over the K samples of
            the share that is found; None for a figure of another kind.
    """

    metric: Metric
    find_members: Callable[[ScoredRows], Bools]
    find_hits: Callable[[ScoredRows], Bools] | None = None

    def count_rows(self, rows: ScoredRows) -> int:
        """Count the rows that the figure is over."""
        return int(self.find_members(rows).any(axis=1).sum())

    def count_lesions(self, rows: ScoredRows) -> Floats:
        """Count the lesions of each sample: float64 [K]."""
        return rows.count_groups(self.find_members(rows))


def find_right(rows: ScoredRows) -> Bools:
    """Bool [n]: the rows whose predicted class is the true one."""
    return np.equal(rows.predicted, rows.truth)


def sensitivity_at(point: OperatingPoint) -> PairedMetric:
    """Return the share of melanomas at or above a frozen threshold, measured anew on whatever rows it is given."""

    def find_called(rows: ScoredRows) -> Bools:
        return np.asarray(rows.probabilities[:, rows.classes.index(DIAGNOSIS)] >= point.threshold)

    def measure(sample: Sample) -> Floats:
        actual = _melanomas(sample.rows)[:, 0]
        found = (find_called(sample.rows) & actual).astype(np.float64)
        return divide(sample.weights @ found, sample.weights @ actual.astype(np.float64))

    metric = Metric(
        name="operating_point_sensitivity",
        function=measure,
        needs=f"no row of {DIAGNOSIS}",
        diagnosis=DIAGNOSIS,
        base=_melanomas,
    )
    return PairedMetric(metric, _melanomas, find_called)


def _melanomas(rows: ScoredRows) -> Bools:
    return rows.is_actual[:, [rows.classes.index(DIAGNOSIS)]]


def _melanomas_and_others(rows: ScoredRows) -> Bools:
    melanomas = _melanomas(rows)
    return np.concatenate([melanomas, ~melanomas], axis=1)


def _diagnoses(rows: ScoredRows) -> Bools:
    return rows.is_actual[:, rows.present]


ACCURACY = PairedMetric(accuracy.METRIC, accuracy.METRIC.base, find_right)
BALANCED_ACCURACY = PairedMetric(balanced_accuracy.METRIC, _diagnoses, find_right)
MELANOMA_AUROC = PairedMetric(melanoma_auroc.METRIC, _melanomas_and_others)
