"""Batches for Keras, gathered from the mapped shards; the order of an epoch follows from the seed and its number."""

import keras
import numpy as np
from numpy.typing import NDArray

from melanoma.data.examples import ExampleSet
from melanoma.seeding import generator

Batch = tuple[NDArray[np.uint8], NDArray[np.int32]]


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # keras has no types
    """Examples in batches of ``images`` uint8 [batch, size, size, 3] and ``truth`` int32 [batch]."""

    def __init__(self, examples: ExampleSet, classes: list[str], batch_size: int, seed: int | None = None) -> None:
        """Prepare the first epoch.

        Args:
            examples: The rows and their pixels.
            classes: Diagnoses in the order of the network's logits.
            batch_size: Images in a batch.
            seed: Shuffles each epoch; None keeps the rows' order.
        """
        super().__init__()
        self._examples = examples
        self._truth = np.array([classes.index(name) for name in examples.rows["diagnosis"]], dtype=np.int32)
        self._batch_size = batch_size
        self._seed = seed
        self._epoch = 0
        self._order = self._shuffled()

    def __len__(self) -> int:
        return -(-len(self._truth) // self._batch_size)

    def __getitem__(self, index: int) -> Batch:
        positions = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        return self._examples.images(positions), self._truth[positions]

    def on_epoch_end(self) -> None:
        """Move on to the next epoch's order."""
        self._epoch += 1
        self._order = self._shuffled()

    def _shuffled(self) -> NDArray[np.intp]:
        if self._seed is None:
            return np.arange(len(self._truth))
        return generator(self._seed, "order of epoch", self._epoch).permutation(len(self._truth))
