"""Forward passes of a network that is no longer trained."""

from collections.abc import Callable

import keras
import numpy as np
from numpy.typing import NDArray

Forward = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def fast_forward(network: keras.Model) -> Forward:
    """Return a network as a function: uint8, [n, size, size, 3] in 0..255 -> float32, [n, k]."""
    return lambda images: np.asarray(network.predict_on_batch(images), dtype=np.float32)
