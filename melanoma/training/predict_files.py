"""Probabilities for image files, one batch after another; memory does not grow with their number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melanoma.config.ingest import IngestConfig
from melanoma.data.decode_ahead import Outcome, decode_ahead
from melanoma.data.sources import ImageFile
from melanoma.training.predict import BATCH, Forward, softmax


@dataclass(frozen=True)
class Predicted:
    """One image: its probabilities, float64, [classes], or the reason why it has none."""

    image: ImageFile
    probabilities: NDArray[np.float64] | None
    reason: str = ""


def predict_files(forward: Forward, images: Sequence[ImageFile], config: IngestConfig) -> Iterator[Predicted]:
    """Predict image files while further ones are decoded.

    Args:
        forward: Gives logits: uint8, [n, size, size, 3] -> float32, [n, classes].
        images: Where they are.
        config: How a file becomes the picture that the network takes.

    Yields:
        A record for each image, in order.
    """
    waiting: list[tuple[ImageFile, Outcome]] = []
    readable = 0
    for image, outcome in decode_ahead(images, config):
        waiting.append((image, outcome))
        readable += not isinstance(outcome, str)
        if readable == BATCH or len(waiting) == 2 * BATCH:
            yield from _predict_batch(forward, waiting)
            waiting, readable = [], 0
    yield from _predict_batch(forward, waiting)


def _predict_batch(forward: Forward, batch: Sequence[tuple[ImageFile, Outcome]]) -> Iterator[Predicted]:
    pictures = [outcome for _, outcome in batch if not isinstance(outcome, str)]
    rows = iter(softmax(forward(np.stack(pictures)).astype(np.float64)) if pictures else ())
    for image, outcome in batch:
        if isinstance(outcome, str):
            yield Predicted(image, None, outcome)
        else:
            yield Predicted(image, next(rows))
