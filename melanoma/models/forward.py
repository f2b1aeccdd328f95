"""Forward passes of a network that is not trained any more."""

from collections.abc import Iterable, Iterator

import keras
import numpy as np
from numpy.typing import NDArray


class Forward:
    """A network as a function, by Keras."""

    def __init__(self, network: keras.Model) -> None:
        self._network = network

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Map uint8 images, [n, size, size, 3], to float32, [n, k]."""
        return np.asarray(self._network.predict_on_batch(images), dtype=np.float32)

    def map(self, batches: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
        """Map batches one after another."""
        return map(self, batches)


def fast_forward(network: keras.Model) -> Forward:
    """Return a network as a function."""
    return Forward(network)
