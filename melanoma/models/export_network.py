"""What is exported of a network: inputs and output that other programs find by their names, and probabilities."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from melanoma.models.inputs import IMAGE, METADATA, Inputs, pair_inputs

PROBABILITIES = "probabilities"


def name_ends(network: keras.Model, images: int | None) -> keras.Model:
    """Return a network that gives probabilities for what it is given by name.

    Args:
        network: [n, size, size, 3] in 0..255, perhaps with metadata, [n, columns] -> logits, [n, classes]; computes in
            float32.
        images: How many it takes at once; None: any number.

    Returns:
        Takes ``image``, and ``metadata`` if the network takes any, both float32; gives ``probabilities``, float32.
    """
    image, *others = (tuple(tensor.shape[1:]) for tensor in network.inputs)
    pictures = keras.Input(image, batch_size=images, dtype="float32", name=IMAGE)
    known = keras.Input(others[0], batch_size=images, dtype="float32", name=METADATA) if others else None
    given = pair_inputs(pictures, known)
    chances = keras.layers.Softmax(dtype="float32", name=PROBABILITIES)(network(given))
    return keras.Model(given, {PROBABILITIES: chances}, name="exported")


def name_inputs(inputs: Inputs) -> dict[str, NDArray[Any]]:
    """Return inputs by name, as float32, which is what an exported file takes."""
    by_name = inputs if isinstance(inputs, dict) else {IMAGE: inputs}
    return {name: part.astype(np.float32) for name, part in by_name.items()}
