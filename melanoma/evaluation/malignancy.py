"""Rows as malignant against benign, by the reading that the taxonomy states for each diagnosis.

Rows of a diagnosis that is read as neither, such as actinic keratosis (indeterminate) or a name that the taxonomy does
not know, are left out: counting them on either side would be a choice that the Archive itself does not make.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from melanoma.data.taxonomy import reading_of
from melanoma.evaluation.ranking import Floats, Ints, Ranking, divide, rank_scores

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Malignancy:
    """The binary view of n rows.

    Attributes:
        malignant: Bool [n]; whether the row is of a malignant diagnosis.
        benign: Bool [n]; whether it is of a benign one. A row that is neither is left out.
        share: Float64 [n] in [0, 1]: the malignant diagnoses' probability over that of malignant and benign ones. What
            the model gives to indeterminate diagnoses says nothing, because the rows that count are none of them.
        called: Bool [n]; called malignant, because malignant diagnoses together are at least as probable as benign
            ones. Where they are equal a miss would cost more than a false alarm.
        left_out: The diagnoses that are read as neither, by name.
    """

    malignant: Bools
    benign: Bools
    share: Floats
    called: Bools
    left_out: tuple[str, ...]

    @property
    def counted(self) -> Bools:
        """Bool [n]: the rows that count."""
        return self.malignant | self.benign

    @cached_property
    def ranking(self) -> Ranking:
        """Malignant against benign rows by their share; sorted once, used by every resample."""
        rows: Ints = np.flatnonzero(self.counted)
        found = rank_scores(self.share[rows], self.malignant[rows])
        return replace(found, positives=rows[found.positives], negatives=rows[found.negatives])

    def describe(self) -> str:
        """Say which rows do not count; nothing if all do."""
        rows = int((~self.counted).sum())
        return f"left out as neither malignant nor benign: {rows} ({', '.join(self.left_out)})" if rows else ""


def read_malignancy(classes: Sequence[str], truth: Ints, probabilities: Floats) -> Malignancy:
    """Read rows as malignant or benign.

    Args:
        classes: The C diagnoses.
        truth: int64 [n], the index of the true one.
        probabilities: Float64 [n, C].

    Returns:
        The view; no row counts if the classes are not of both kinds, because every call would then be the same.

    Examples:
        Actinic keratosis is indeterminate: its row is left out, and of 0.2 + 0.6 the melanoma has 1/4.

        >>> classes = ("actinic keratosis", "melanoma", "nevus")
        >>> view = read_malignancy(classes, np.array([0, 2]), np.array([[0.8, 0.1, 0.1], [0.2, 0.2, 0.6]]))
        >>> view.counted.tolist(), round(float(view.share[1]), 4), view.called.tolist()
        ([False, True], 0.25, [True, False])
    """
    readings = np.array([reading_of(name) for name in classes])
    is_malignant, is_benign = readings == "malignant", readings == "benign"
    malignant, benign = probabilities[:, is_malignant].sum(axis=1), probabilities[:, is_benign].sum(axis=1)
    both = bool(is_malignant.any() and is_benign.any())
    present = np.unique(truth)
    return Malignancy(
        malignant=is_malignant[truth] & both,
        benign=is_benign[truth] & both,
        share=np.nan_to_num(divide(malignant, malignant + benign), nan=0.5),
        called=malignant >= benign,
        left_out=tuple(classes[c] for c in present if not (is_malignant | is_benign)[c]),
    )
