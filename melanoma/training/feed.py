"""How batches reach Keras' ``fit`` and ``evaluate``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import keras
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import tensorflow as tf

BATCHES_AHEAD = 2
Batches = TypeVar("Batches", bound=keras.utils.PyDataset)


def feed(batches: Batches) -> "Batches | tf.data.Dataset":
    """Return batches as Keras is to read them: themselves, and under TensorFlow as a data set that tunes nothing.

    Keras would make a data set of TensorFlow's by itself, which tunes itself beside each epoch, at times that double:
    after 10, 20, 40 ms and so on. When an epoch is over, TensorFlow often waits for the next of them: one of 1.4 s then
    ends after 2.6 s, with all cores idle. A reader of mapped pixels has nothing to tune.

    Args:
        batches: One batch or more; all but the last of the same length.
    """
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    def read() -> Iterator[Any]:
        return (batches[number] for number in range(len(batches)))

    def describe(array: NDArray[np.generic]) -> tf.TensorSpec:
        return tf.TensorSpec((None, *array.shape[1:]), array.dtype)

    options = tf.data.Options()
    options.autotune.enabled = False
    read_ahead = tf.data.Dataset.from_generator(read, output_signature=keras.tree.map_structure(describe, batches[0]))
    counted = read_ahead.prefetch(BATCHES_AHEAD).apply(tf.data.experimental.assert_cardinality(len(batches)))
    return counted.with_options(options)
