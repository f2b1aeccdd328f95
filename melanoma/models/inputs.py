"""What goes into a network: pictures, alone or with metadata beside them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras

IMAGE, METADATA = "image", "metadata"
Images = NDArray[np.uint8]
Floats = NDArray[np.float32]
Inputs = Images | dict[str, NDArray[Any]]
"""Images, [n, size, size, 3]; or them as `IMAGE`, and what is known beside them, [n, columns], as `METADATA`."""
Tensor = Any


def pair_inputs(image: Tensor, metadata: Tensor | None) -> Tensor:
    """Return what a network takes: the images, and with them the metadata if there is any.

    Args:
        image: Arrays or Keras' tensors, [n, size, size, 3].
        metadata: The same of metadata, [n, columns]; None, or no column: the network takes images alone.
    """
    if metadata is None or not metadata.shape[1]:
        return image
    return {IMAGE: image, METADATA: metadata}


def change_images(inputs: Inputs, change: Callable[[Images], Images]) -> Inputs:
    """Return inputs whose images are changed and whose metadata stays."""
    if isinstance(inputs, dict):
        return {**inputs, IMAGE: change(inputs[IMAGE])}
    return change(inputs)


def take_rows(inputs: Inputs, rows: slice) -> Inputs:
    """Return some rows of inputs."""
    return {name: part[rows] for name, part in inputs.items()} if isinstance(inputs, dict) else inputs[rows]


def count_rows(inputs: Inputs) -> int:
    """Return how many images inputs hold."""
    return len(inputs[IMAGE] if isinstance(inputs, dict) else inputs)


def fresh_inputs(network: "keras.Model") -> tuple["keras.KerasTensor", "keras.KerasTensor | None"]:
    """Return inputs like those of a network for a new one around it: images, and metadata if it takes any."""
    import keras  # not above: orders are checked, and refused in one line, before Keras is there

    image, *others = network.inputs
    metadata = keras.Input(others[0].shape[1:], name=METADATA) if others else None
    return keras.Input(image.shape[1:], name=IMAGE), metadata
