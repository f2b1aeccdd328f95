"""Probabilities for examples."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.config.metadata import MetadataField
from melanoma.data.examples import ExampleSet
from melanoma.data.measures import appearance
from melanoma.errors import ModelError
from melanoma.models.inputs import Inputs, pair_inputs
from melanoma.training.metadata import encode_metadata
from melanoma.training.model_info import ModelInfo

PROBABILITY = "probability:"
BATCH = 64
NO_NUMBER = "the model's output is not a number"
TRAIN_AGAIN = "train it again, or give another model"
Forward = Callable[[Inputs], NDArray[np.float32]]
_CARRIED = ["image_id", "isic_id", "parent_id", "split", "group_id", "diagnosis"]
_CIRCUMSTANCES = (  # of the patient and of the collection, by which figures are broken down
    *("age_approx", "sex", "anatom_site_general", "fitzpatrick_skin_type", "source", "attribution"),
    *appearance.COLUMNS,
)


def predict(forward: Forward, examples: ExampleSet, info: ModelInfo) -> pd.DataFrame:
    """Predict every example.

    Args:
        forward: Gives logits: uint8, [n, size, size, 3], with metadata if it takes any -> float32, [n, classes].
        examples: Rows and pixels.
        info: Diagnoses in the order of the logits, and the fields of metadata that the model takes.

    Returns:
        `predictions.parquet`: the rows' ids, split, group, diagnosis, metadata and measures of appearance,
        ``predicted``, and a ``probability:<diagnosis>`` column per class, float64, that sum to 1.

    Raises:
        ModelError: If the network gives no number for an image.
    """
    logits = (
        predict_logits(forward, examples, info.metadata) if len(examples.rows) else np.empty((0, len(info.classes)))
    )
    probabilities = softmax(logits)
    _require_numbers(probabilities, examples.rows["image_id"], info)
    chances = name_probabilities(probabilities, info.classes)
    known = examples.rows[[name for name in _CIRCUMSTANCES if name in examples.rows]]
    return pd.concat([examples.rows[_CARRIED], chances, known], axis=1)


def predict_logits(forward: Forward, examples: ExampleSet, fields: Sequence[MetadataField]) -> NDArray[np.float64]:
    """Return the logits of examples, of which there is at least one.

    Args:
        forward: As `predict` takes it.
        examples: Rows and pixels.
        fields: What it is given of their metadata; nothing is forgotten.

    Returns:
        [n, classes].
    """
    metadata, count = encode_metadata(examples.rows, fields), len(examples.rows)
    batches = (np.arange(start, min(start + BATCH, count)) for start in range(0, count, BATCH))
    logits = [forward(pair_inputs(examples.images(batch), metadata[batch])) for batch in batches]
    return np.concatenate(logits).astype(np.float64)


def name_probabilities(probabilities: NDArray[np.float64], classes: Sequence[str]) -> pd.DataFrame:
    """Return ``predicted``, the most probable class, and a column per class.

    Args:
        probabilities: [n, classes].
        classes: Their names.
    """
    predicted = [classes[code] for code in probabilities.argmax(axis=1)]
    columns: dict[str, Any] = {f"{PROBABILITY}{name}": probabilities[:, code] for code, name in enumerate(classes)}
    return pd.DataFrame({"predicted": predicted, **columns})


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn logits into probabilities: [n, classes] -> [n, classes], each row summing to 1.

    A row of which a logit is infinite or no number is no number; see `are_numbers`.
    """
    with np.errstate(invalid="ignore"):
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return result


def are_numbers(probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell of which images a network has given numbers: [n, classes] -> [n]."""
    return np.asarray(np.isfinite(probabilities).all(axis=1))


def _require_numbers(probabilities: NDArray[np.float64], images: "pd.Series[str]", info: ModelInfo) -> None:
    bad = np.flatnonzero(~are_numbers(probabilities))
    if len(bad):
        raise ModelError(
            f"{info.network}: {NO_NUMBER} for {len(bad)} of {len(images)} images, first {images.iloc[bad[0]]}; "
            f"{TRAIN_AGAIN}"
        )
