"""Probabilities for image files, one batch after another; memory does not grow with their number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melanoma.config.ingest import IngestConfig
from melanoma.data.decode import Decoded
from melanoma.data.decode_ahead import Outcome, decode_ahead
from melanoma.data.sources import ImageFile
from melanoma.models.inputs import Inputs, pair_inputs
from melanoma.training.predict import BATCH, NO_NUMBER, TRAIN_AGAIN, Forward, are_numbers, softmax


@dataclass(frozen=True)
class Predicted:
    """One image.

    Attributes:
        image: Where it is.
        probabilities: float64, [classes].
        picture: As it was decoded.
        metadata: What the model was told of it, encoded: float32, [columns].
    """

    image: ImageFile
    probabilities: NDArray[np.float64]
    picture: Decoded
    metadata: NDArray[np.float32]


@dataclass(frozen=True)
class NotPredicted:
    """One image, and the reason why it has no probabilities."""

    image: ImageFile
    reason: str


_Waiting = tuple[ImageFile, Outcome, NDArray[np.float32]]
_Readable = tuple[ImageFile, Decoded, NDArray[np.float32]]


def predict_files(
    forward: Forward, images: Sequence[ImageFile], metadata: NDArray[np.float32], config: IngestConfig
) -> Iterator[list[Predicted | NotPredicted]]:
    """Predict image files while further ones are decoded.

    Args:
        forward: Gives logits: uint8, [n, size, size, 3], with metadata if it takes any -> float32, [n, classes].
        images: Where they are.
        metadata: What is known of each, encoded: float32, [images, columns]; no column where it takes none.
        config: How a file becomes the picture that the network takes.

    Yields:
        Batches, none empty, with a record for each image, in order.
    """
    waiting: list[_Waiting] = []
    readable = 0
    for (image, outcome), known in zip(decode_ahead(images, config), metadata, strict=True):
        waiting.append((image, outcome, known))
        readable += not isinstance(outcome, str)
        if readable == BATCH or len(waiting) == 2 * BATCH:
            yield _predict_batch(forward, waiting)
            waiting, readable = [], 0
    if waiting:
        yield _predict_batch(forward, waiting)


def _predict_batch(forward: Forward, batch: Sequence[_Waiting]) -> list[Predicted | NotPredicted]:
    readable = [(image, outcome, known) for image, outcome, known in batch if not isinstance(outcome, str)]
    probabilities = iter(softmax(forward(_inputs(readable)).astype(np.float64)) if readable else ())
    return [
        NotPredicted(image, outcome) if isinstance(outcome, str) else _tell(image, outcome, known, next(probabilities))
        for image, outcome, known in batch
    ]


def _tell(
    image: ImageFile, picture: Decoded, known: NDArray[np.float32], probabilities: NDArray[np.float64]
) -> Predicted | NotPredicted:
    if not are_numbers(probabilities[None]).all():
        return NotPredicted(image, f"{NO_NUMBER}; {TRAIN_AGAIN}")
    return Predicted(image, probabilities, picture, known)


def _inputs(readable: Sequence[_Readable]) -> Inputs:
    _, pictures, known = zip(*readable, strict=True)
    inputs: Inputs = pair_inputs(np.stack([picture.pixels for picture in pictures]), np.stack(known))
    return inputs
