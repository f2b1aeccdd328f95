"""How unlike the pictures that a model was made with a picture looks, by what is measured on it as a whole.

The distance is that to the fifth nearest of known pictures (Sun, Ming, Zhu and Li 2022, Out-of-Distribution Detection
with Deep Nearest Neighbors, ICML), in the measures freed of their own spread and of how they go together (Mahalanobis
1936), so that it has no unit. Neighbours, because measures have long tails and sets have several sources: far from the
mean is not yet strange, far from every known picture is. It sees light, colour, sharpness, border and texture. It does
not see what the lesion is: a diagnosis that the model has never met, in a picture like any other, is not unlike by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from melanoma.data.measures.appearance import COLUMNS
from melanoma.evaluation.scored_rows import Bools, Floats

# The smallest deviation of a measure that counts: 1 % of its full scale. A set without any green picture does not know
# how green a picture may be, and a hundredth more must not be worth a thousand deviations.
_LEAST_SHARE = 0.01
_GREY_LEVELS = {"brightness", "contrast", "sharpness", "border_red", "border_green", "border_blue"}
_LEAST = np.array([_LEAST_SHARE * (255 if name in _GREY_LEVELS else 1) for name in COLUMNS])


_NEIGHBOURS = 5
_MOST_KEPT = 500  # known pictures; they travel with the run's rules, as text
_DECIMALS = 4  # of their places, in deviations


@dataclass(frozen=True)
class Usual:
    """What pictures usually look like.

    Attributes:
        mean: Of each measure, float64 [k].
        whitening: What gives measures less their mean the covariance 1: float64 [k, k].
        known: Places of known pictures after that: float64 [m, k].
    """

    mean: Floats
    whitening: Floats
    known: Floats

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        arrays = {"mean": self.mean, "whitening": self.whitening, "known": self.known}
        return {"measures": list(COLUMNS), **{name: values.tolist() for name, values in arrays.items()}}

    def place(self, measures: Floats) -> Floats:
        """Return where pictures are among the known ones: [n, k] -> [n, k]."""
        return np.asarray((measures - self.mean) @ self.whitening)

    @cached_property
    def tree(self) -> KDTree:
        """The known pictures, to find neighbours among."""
        return KDTree(self.known)


def describe_usual(measures: Floats) -> Usual:
    """Learn what pictures usually look like.

    Args:
        measures: Float64 [n, k], in the order of the columns of `melanoma.data.measures.appearance`; n >= 5. Of many
            some are kept as the known ones, evenly spaced in their order.
    """
    covariance = np.cov(measures, rowvar=False) + np.diag(_LEAST**2)
    whitening = np.asarray(np.linalg.cholesky(np.linalg.inv(covariance)), dtype=np.float64)
    mean = measures.mean(axis=0)
    kept = np.unique(np.linspace(0, len(measures) - 1, min(len(measures), _MOST_KEPT)).round().astype(np.intp))
    return Usual(mean, whitening, np.asarray(((measures[kept] - mean) @ whitening).round(_DECIMALS)))


def read_usual(rule: Mapping[str, Any]) -> Usual:
    """Read what `Usual.to_json` wrote."""
    return Usual(*(np.array(rule[name], dtype=np.float64) for name in ("mean", "whitening", "known")))


def measure_distance(measures: Floats, usual: Usual) -> Floats:
    """Return the distance of pictures from the fifth nearest known one: float64 [n].

    Args:
        measures: Float64 [n, k].
        usual: What is usual.
    """
    distances, _ = usual.tree.query(usual.place(measures), k=[_NEIGHBOURS])
    return np.asarray(distances, dtype=np.float64).reshape(len(measures))


def find_oddest(measures: Floats, usual: Usual) -> list[str]:
    """Name for each picture the measure that is furthest from its mean, in its own standard deviations."""
    deviations = np.sqrt(np.diag(np.linalg.inv(usual.whitening @ usual.whitening.T)))
    return [COLUMNS[place] for place in (np.abs(measures - usual.mean) / deviations).argmax(axis=1)]


def take_measures(rows: pd.DataFrame) -> Floats:
    """Return the measures of rows, float64 [n, k]; not a number where a row has none."""
    return rows.reindex(columns=list(COLUMNS)).to_numpy(np.float64)


def has_measures(measures: Floats) -> Bools:
    """Return which rows, [n, k], have every measure: bool [n]."""
    return np.asarray(np.isfinite(measures).all(axis=1))
