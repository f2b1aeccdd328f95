"""The rows of one split as arrays: what is true, what was predicted, and which rows stand or fall together."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.malignancy import Malignancy, read_malignancy
from melanoma.evaluation.ranking import Ranking, rank_scores

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ScoredRows:
    """The rows of one split, n rows over C classes.

    Attributes:
        classes: The C diagnoses, in the order of the probabilities' columns.
        truth: int64 [n], the index of the true class.
        predicted: int64 [n], the index of the predicted class.
        probabilities: float64 [n, C], each row sums to 1.
        groups: int64 [n] in [0, G): rows of one lesion, patient or picture share a number.
        ece_bins: Bins of the calibration error, at most.
        min_sensitivity: From which on the ROC curve counts for the partial area, in [0, 1).
    """

    classes: tuple[str, ...]
    truth: Ints
    predicted: Ints
    probabilities: Floats
    groups: Ints
    ece_bins: int = 15
    min_sensitivity: float = 0.80

    @property
    def size(self) -> int:
        """The number of rows, n."""
        return len(self.truth)

    @cached_property
    def is_actual(self) -> Bools:
        """Bool [n, C]: whether the row is of the class."""
        return np.equal(self.truth[:, None], np.arange(len(self.classes)))

    @cached_property
    def is_predicted(self) -> Bools:
        """Bool [n, C]: whether the row was predicted as the class."""
        return np.equal(self.predicted[:, None], np.arange(len(self.classes)))

    @cached_property
    def present(self) -> Bools:
        """Bool [C]: whether the split has rows of the class; a mean over classes is over these."""
        return np.asarray(self.is_actual.any(axis=0))

    @cached_property
    def rankable(self) -> Bools:
        """Bool [C]: whether the split has both rows of the class and rows of another."""
        return np.asarray(self.present & ~self.is_actual.all(axis=0))

    @cached_property
    def rankings(self) -> tuple[Ranking, ...]:
        """One ranking per class, one against the rest; sorted once, used by every resample."""
        return tuple(rank_scores(self.probabilities[:, c], self.is_actual[:, c]) for c in range(len(self.classes)))

    @cached_property
    def malignancy(self) -> Malignancy:
        """The rows as malignant against benign."""
        return read_malignancy(self.classes, self.truth, self.probabilities)

    def count_groups(self, mask: Bools) -> Floats:
        """Count the groups that have a row in a mask.

        Args:
            mask: Bool [n] or [n, K].

        Returns:
            Float64 [1] or [K].
        """
        columns = mask.reshape(self.size, -1).T
        return np.array([np.unique(self.groups[column]).size for column in columns], dtype=np.float64)


def score_rows(predictions: pd.DataFrame, classes: Sequence[str], config: EvaluateConfig) -> ScoredRows:
    """Prepare the checked predictions of one split.

    Groups are numbered by name, so that the order of the rows changes nothing.

    Args:
        predictions: At least one row, in the columns of `melanoma.evaluation.check_predictions`.
        classes: The C diagnoses in the order of the columns.
        config: Gives the number of bins and the minimum sensitivity.

    Returns:
        The record that metrics read.
    """
    index = pd.Index(classes)
    return ScoredRows(
        classes=tuple(classes),
        truth=index.get_indexer(pd.Index(predictions["diagnosis"])).astype(np.int64),
        predicted=index.get_indexer(pd.Index(predictions["predicted"])).astype(np.int64),
        probabilities=predictions[[f"probability:{name}" for name in classes]].to_numpy(np.float64),
        groups=pd.factorize(predictions["group_id"], sort=True)[0].astype(np.int64),
        ece_bins=config.ece_bins,
        min_sensitivity=config.min_sensitivity,
    )
