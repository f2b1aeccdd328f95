"""Balanced accuracy as a network trains, batch by batch."""

from typing import Any

import keras
from keras import ops

Tensor = Any


class BalancedAccuracy(keras.metrics.Metric):  # type: ignore[misc]  # keras has no types
    """Mean sensitivity of the classes that have images, each weighing the same.

    Keras has none. It counts hits and images of each class over the batches of an epoch, whatever the images weigh.

    Examples:
        Of 3 images of class 0 two are hit, of 1 image of class 1 none: (2/3 + 0/1) / 2 = 0.333.
    """

    def __init__(self, classes: int) -> None:
        """Begin with no image.

        Args:
            classes: Their number.
        """
        super().__init__(name="balanced_accuracy", dtype="float32")
        self._hits = self.add_weight(shape=(classes,), initializer="zeros", name="hits")
        self._images = self.add_weight(shape=(classes,), initializer="zeros", name="images")

    def update_state(self, truth: Tensor, logits: Tensor, sample_weight: Tensor | None = None) -> None:
        """Count a batch: truth, [n] or [n, 1], and logits, [n, classes]."""
        classes = self._hits.shape[0]
        of_class = ops.one_hot(ops.cast(ops.reshape(truth, (-1,)), "int32"), classes, dtype="float32")
        guessed = ops.one_hot(ops.argmax(logits, axis=-1), classes, dtype="float32")
        self._hits.assign_add(ops.sum(of_class * guessed, axis=0))
        self._images.assign_add(ops.sum(of_class, axis=0))

    def result(self) -> Tensor:
        """Return the mean over the classes seen so far; 0 before the first image."""
        present = ops.cast(self._images > 0, "float32")
        sensitivity = self._hits / ops.maximum(self._images, 1.0)
        return ops.sum(sensitivity * present) / ops.maximum(ops.sum(present), 1.0)
