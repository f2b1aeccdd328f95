"""Probabilities for examples."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.data.examples import ExampleSet

PROBABILITY = "probability:"
BATCH = 64
Forward = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
_CARRIED = ["image_id", "isic_id", "parent_id", "split", "group_id", "diagnosis"]
_METADATA = ["age_approx", "sex", "anatom_site_general"]


def predict(forward: Forward, examples: ExampleSet, classes: Sequence[str]) -> pd.DataFrame:
    """Predict every example.

    Args:
        forward: Gives logits: uint8, [n, size, size, 3] -> float32, [n, classes].
        examples: Rows and pixels.
        classes: Diagnoses in the order of the logits.

    Returns:
        `predictions.parquet`: the rows' ids, split, group, diagnosis and metadata, ``predicted``, and a
        ``probability:<diagnosis>`` column per class, float64, that sum to 1.
    """
    starts = range(0, len(examples.rows), BATCH)
    batches = (examples.images(np.arange(start, min(start + BATCH, len(examples.rows)))) for start in starts)
    logits = [np.empty((0, len(classes)), dtype=np.float32), *(forward(images) for images in batches)]
    chances = name_probabilities(softmax(np.concatenate(logits).astype(np.float64)), classes)
    return pd.concat([examples.rows[_CARRIED], chances, examples.rows[_METADATA]], axis=1)


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
    """Turn logits into probabilities: [n, classes] -> [n, classes], each row summing to 1."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return result
