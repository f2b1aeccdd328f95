"""Refuse a table of predictions that figures cannot be trusted on."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from melanoma.errors import ModelError

REQUIRED = ("image_id", "split", "group_id", "diagnosis", "predicted")
SUM_TOLERANCE = 1e-4
FEWEST_IMAGES = 10


def check_predictions(predictions: pd.DataFrame, classes: Sequence[str]) -> None:
    """Check columns, diagnoses and probabilities, in this order.

    Args:
        predictions: One row per image, with ``image_id``, ``split``, ``group_id``, ``diagnosis``, ``predicted`` and
            ``probability:<class>`` for each class.
        classes: The diagnoses that the model knows.

    Raises:
        ModelError: One line that names the first fault, an image that has it, and what to do.
    """
    _check_columns(predictions, classes)
    _check_identity(predictions)
    _check_diagnoses(predictions, classes)
    _check_probabilities(predictions, classes)


def check_enough(predictions: pd.DataFrame, split: str) -> None:
    """Refuse a split on which no figure would say anything: it would look like a result.

    Args:
        predictions: As `check_predictions` has checked them.
        split: The one that the model is judged by.

    Raises:
        ModelError: If it has no image, fewer than ten, or images of one diagnosis only.
    """
    diagnoses = predictions.loc[predictions["split"] == split, "diagnosis"]
    if diagnoses.empty:
        raise ModelError(f"predictions: expected rows of split {split}, received none; predict the {split} images too")
    if len(diagnoses) < FEWEST_IMAGES:
        message = f"expected {FEWEST_IMAGES} images or more of split {split}, received {len(diagnoses)}"
        raise ModelError(f"predictions: {message}; give more {split} images")
    if diagnoses.nunique() == 1:
        message = f"all {len(diagnoses)} images of split {split} are {diagnoses.iloc[0]}"
        raise ModelError(f"predictions: {message}; give {split} images of another diagnosis too")


def _check_columns(predictions: pd.DataFrame, classes: Sequence[str]) -> None:
    wanted = [*REQUIRED, *(f"probability:{name}" for name in classes)]
    missing = [name for name in wanted if name not in predictions.columns]
    if missing:
        message = f"predictions: no column {', '.join(missing)}; predict again with a model of these classes"
        raise ModelError(message)


def _check_identity(predictions: pd.DataFrame) -> None:
    twice = predictions["image_id"].duplicated()
    _refuse(predictions, twice, "image_id is there twice", "keep one row per image, or it weighs double")
    _refuse(predictions, predictions["group_id"].isna(), "group_id is missing", "split the set again")


def _check_diagnoses(predictions: pd.DataFrame, classes: Sequence[str]) -> None:
    for column in ("diagnosis", "predicted"):
        unknown = ~predictions[column].isin(list(classes))
        found = ", ".join(sorted({str(name) for name in predictions.loc[unknown, column]}))
        fault = f"{column} is none of the model's {len(classes)} classes, received {found},"
        _refuse(predictions, unknown, fault, "map the name or leave these images out")


def _check_probabilities(predictions: pd.DataFrame, classes: Sequence[str]) -> None:
    probabilities = predictions[[f"probability:{name}" for name in classes]].to_numpy(np.float64)
    remedy = "predict again, and check the model's last layer"
    finite = np.isfinite(probabilities).all(axis=1)
    _refuse(predictions, ~finite, "a probability is not a number", remedy)
    outside = ((probabilities < 0) | (probabilities > 1 + SUM_TOLERANCE)).any(axis=1)
    _refuse(predictions, outside, "a probability is outside 0 to 1", remedy)
    _refuse(predictions, np.abs(probabilities.sum(axis=1) - 1) > SUM_TOLERANCE, "probabilities do not sum to 1", remedy)
    chosen = pd.Index(classes).get_indexer(pd.Index(predictions["predicted"]))
    largest = probabilities[np.arange(len(predictions)), chosen] >= probabilities.max(axis=1)
    _refuse(predictions, ~largest, "the predicted class is not the most probable", "predict again")


def _refuse(predictions: pd.DataFrame, fault: npt.ArrayLike, what: str, remedy: str) -> None:
    rows = np.flatnonzero(np.asarray(fault))
    if len(rows):
        first = predictions["image_id"].iloc[rows[0]]
        message = f"predictions: {what} for {first} ({len(rows)} of {len(predictions)} rows); {remedy}"
        raise ModelError(message)
