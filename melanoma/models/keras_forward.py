"""Forward passes by Keras itself."""

from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Literal

import keras
import numpy as np

from melanoma.models.inputs import Floats, Inputs


class KerasForward:
    """A network as a function, by Keras; threads take turns, since a network keeps state while it predicts."""

    engine: Literal["openvino", "keras"] = "keras"

    def __init__(self, network: keras.Model, because: str) -> None:
        """Keep the network.

        Args:
            network: Gives [n, k].
            because: Why Keras carries it out.
        """
        self.because = because
        self._network = network
        self._lock = Lock()

    def __call__(self, inputs: Inputs) -> Floats:
        """Map uint8 images, [n, size, size, 3], with their metadata if it takes any, to float32, [n, k]."""
        with self._lock:
            return np.asarray(self._network.predict_on_batch(inputs), dtype=np.float32)

    def map(self, batches: Iterable[Inputs]) -> Iterator[Floats]:
        """Map batches one after another."""
        return map(self, batches)
