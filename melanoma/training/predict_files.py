"""Probabilities for image files, one batch after another; memory does not grow with their number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melanoma.config.ingest import IngestConfig
from melanoma.data.decode_ahead import Outcome, decode_ahead
from melanoma.data.sources import ImageFile
from melanoma.models.inputs import Inputs, pair_inputs
from melanoma.training.predict import BATCH, Forward, softmax

_Waiting = tuple[ImageFile, Outcome, NDArray[np.float32]]


@dataclass(frozen=True)
class Predicted:
    """One image: its probabilities, float64, [classes], or the reason why it has none."""

    image: ImageFile
    probabilities: NDArray[np.float64] | None
    reason: str = ""


def predict_files(
    forward: Forward, images: Sequence[ImageFile], metadata: NDArray[np.float32], config: IngestConfig
) -> Iterator[Predicted]:
    """Predict image files while further ones are decoded.

    Args:
        forward: Gives logits: uint8, [n, size, size, 3], with metadata if it takes any -> float32, [n, classes].
        images: Where they are.
        metadata: What is known of each, encoded: float32, [images, columns]; no column where it takes none.
        config: How a file becomes the picture that the network takes.

    Yields:
        A record for each image, in order.
    """
    waiting: list[_Waiting] = []
    readable = 0
    for (image, outcome), known in zip(decode_ahead(images, config), metadata, strict=True):
        waiting.append((image, outcome, known))
        readable += not isinstance(outcome, str)
        if readable == BATCH or len(waiting) == 2 * BATCH:
            yield from _predict_batch(forward, waiting)
            waiting, readable = [], 0
    yield from _predict_batch(forward, waiting)


def _predict_batch(forward: Forward, batch: Sequence[_Waiting]) -> Iterator[Predicted]:
    readable = [(outcome, known) for _, outcome, known in batch if not isinstance(outcome, str)]
    rows = iter(softmax(forward(_inputs(readable)).astype(np.float64)) if readable else ())
    for image, outcome, _ in batch:
        if isinstance(outcome, str):
            yield Predicted(image, None, outcome)
        else:
            yield Predicted(image, next(rows))


def _inputs(readable: Sequence[tuple[NDArray[np.uint8], NDArray[np.float32]]]) -> Inputs:
    pictures, known = zip(*readable, strict=True)
    inputs: Inputs = pair_inputs(np.stack(pictures), np.stack(known))
    return inputs
