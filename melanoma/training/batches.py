"""Batches for Keras, gathered from the mapped shards; the order of an epoch follows from the seed and its number."""

import keras
import numpy as np
from numpy.typing import NDArray

from melanoma.data.examples import ExampleSet
from melanoma.models.inputs import Inputs, pair_inputs
from melanoma.training.metadata import encode_metadata, forget
from melanoma.training.sampling import Drawing, order_epoch

Batch = tuple[Inputs, NDArray[np.int32]] | tuple[Inputs, NDArray[np.int32], NDArray[np.float32]]
EACH_ONCE = Drawing()


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # keras has no types
    """Examples in batches of ``images`` uint8 [batch, size, size, 3] and ``truth`` int32 [batch].

    Where metadata are asked for, they come with the images; see `melanoma.models.inputs`. Where classes have weights,
    each batch has a third member: what each of its images weighs, float32 [batch].
    """

    def __init__(
        self,
        examples: ExampleSet,
        classes: list[str],
        batch_size: int,
        seed: int | None = None,
        drawing: Drawing = EACH_ONCE,
    ) -> None:
        """Prepare the first epoch.

        Args:
            examples: The rows and their pixels.
            classes: Diagnoses in the order of the network's logits.
            batch_size: Images in a batch.
            seed: Shuffles each epoch; None keeps the rows' order, each row once.
            drawing: How often an image is drawn, what it weighs, and what of its metadata comes with it.
        """
        super().__init__()
        self._examples = examples
        self._truth = np.array([classes.index(name) for name in examples.rows["diagnosis"]], dtype=np.int32)
        self._batch_size = batch_size
        self._seed = seed
        self._drawing = drawing
        self._known = encode_metadata(examples.rows, drawing.metadata)
        self.begin_epoch(0)

    def __len__(self) -> int:
        return -(-len(self._truth) // self._batch_size)

    @property
    def images_in_last(self) -> int:
        """Images in the last batch of an epoch; 0 if there is none."""
        return len(self._truth) - max(len(self) - 1, 0) * self._batch_size

    def __getitem__(self, index: int) -> Batch:
        positions = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        inputs = pair_inputs(self._examples.images(positions), self._metadata[positions])
        truth = self._truth[positions]
        return (inputs, truth) if self._drawing.weights is None else (inputs, truth, self._drawing.weights[truth])

    def begin_epoch(self, epoch: int) -> None:
        """Take the order of an epoch, counted from 0, and forget some of the metadata for it.

        Keras' own ``on_epoch_end`` would not do: it is also called while a fit begins.
        """
        self._order, self._metadata = np.arange(len(self._truth)), self._known
        if self._seed is not None:
            self._metadata = forget(self._known, self._drawing.metadata, self._seed, epoch)
            self._order = order_epoch(self._truth, self._drawing.sampler, self._seed, epoch)
