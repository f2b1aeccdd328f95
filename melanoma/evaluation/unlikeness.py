"""How unlike the pictures that a model was made with a picture looks, by what is measured on it as a whole.

The distance is Mahalanobis' (1936, Proceedings of the National Institute of Sciences of India 2:49-55): the measures'
own spread and how they go together are taken into account, so that it has no unit. It sees light, colour, sharpness,
border and texture. It does not see what the lesion is: a diagnosis that the model has never met, in a picture like any
other, is not unlike by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from melanoma.data.measures.appearance import COLUMNS
from melanoma.evaluation.scored_rows import Bools, Floats

# The smallest deviation of a measure that counts: 1 % of its full scale. A set without any green picture does not know
# how green a picture may be, and a hundredth more must not be worth a thousand deviations.
_LEAST_SHARE = 0.01
_GREY_LEVELS = {"brightness", "contrast", "sharpness", "border_red", "border_green", "border_blue"}
_LEAST = np.array([_LEAST_SHARE * (255 if name in _GREY_LEVELS else 1) for name in COLUMNS])


@dataclass(frozen=True)
class Usual:
    """What pictures usually look like: of each measure its mean, [k], and the inverse of their covariance, [k, k]."""

    mean: Floats
    precision: Floats

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"measures": list(COLUMNS), "mean": self.mean.tolist(), "precision": self.precision.tolist()}


def describe_usual(measures: Floats) -> Usual:
    """Learn what pictures usually look like.

    Args:
        measures: Float64 [n, k], in the order of the columns of `melanoma.data.measures.appearance`; n > 1.
    """
    covariance = np.cov(measures, rowvar=False) + np.diag(_LEAST**2)
    return Usual(measures.mean(axis=0), np.asarray(np.linalg.inv(covariance), dtype=np.float64))


def read_usual(rule: Mapping[str, Any]) -> Usual:
    """Read what `Usual.to_json` wrote."""
    return Usual(np.array(rule["mean"], dtype=np.float64), np.array(rule["precision"], dtype=np.float64))


def measure_distance(measures: Floats, usual: Usual) -> Floats:
    """Return the distance of pictures from the usual ones: float64 [n], 0 for the mean itself.

    Args:
        measures: Float64 [n, k].
        usual: What is usual.
    """
    gap = measures - usual.mean
    squares = np.einsum("ni,ij,nj->n", gap, usual.precision, gap)
    return np.asarray(np.sqrt(np.maximum(squares, 0)), dtype=np.float64)


def find_oddest(measures: Floats, usual: Usual) -> list[str]:
    """Name for each picture the measure that is furthest from its mean, in its own standard deviations."""
    deviations = np.sqrt(np.diag(np.linalg.inv(usual.precision)))
    return [COLUMNS[place] for place in (np.abs(measures - usual.mean) / deviations).argmax(axis=1)]


def take_measures(rows: pd.DataFrame) -> Floats:
    """Return the measures of rows, float64 [n, k]; not a number where a row has none."""
    return rows.reindex(columns=list(COLUMNS)).to_numpy(np.float64)


def has_measures(measures: Floats) -> Bools:
    """Return which rows, [n, k], have every measure: bool [n]."""
    return np.asarray(np.isfinite(measures).all(axis=1))
