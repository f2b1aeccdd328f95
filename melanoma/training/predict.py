"""Probabilities for examples."""

import keras
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.data.examples import ExampleSet
from melanoma.training.batches import Batches

PROBABILITY = "probability:"
_BATCH = 64
_CARRIED = ["image_id", "isic_id", "parent_id", "split", "group_id", "diagnosis"]
_METADATA = ["age_approx", "sex", "anatom_site_general"]


def predict(network: keras.Model, examples: ExampleSet, classes: list[str]) -> pd.DataFrame:
    """Predict every example.

    Args:
        network: Gives logits, [n, classes].
        examples: Rows and pixels.
        classes: Diagnoses in the order of the logits.

    Returns:
        `predictions.parquet`: the rows' ids, split, group, diagnosis and metadata, ``predicted``, and a
        ``probability:<diagnosis>`` column per class, float64, that sum to 1.
    """
    logits = network.predict(Batches(examples, classes, _BATCH), verbose=0)
    probabilities = softmax(np.asarray(logits, dtype=np.float64))
    columns = {f"{PROBABILITY}{name}": probabilities[:, code] for code, name in enumerate(classes)}
    predicted = [classes[code] for code in probabilities.argmax(axis=1)]
    rows = examples.rows[_CARRIED].assign(predicted=predicted, **columns)
    return pd.concat([rows, examples.rows[_METADATA]], axis=1)


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn logits into probabilities: [n, classes] -> [n, classes], each row summing to 1."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return result
