"""The order in which an epoch sees the training images, and how much each of them weighs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melanoma.config.metadata import MetadataField
from melanoma.seeding import generator


@dataclass(frozen=True)
class Drawing:
    """How images come into batches, and with what.

    Attributes:
        sampler: ``none`` draws each image once, ``balanced`` each class equally often, ``sqrt`` by the square root of
            its images.
        weights: What an image of each class weighs in the loss, [classes]; None: all the same.
        metadata: The fields that come with each image. Where epochs are shuffled, some are taken as unknown.
    """

    sampler: str = "none"
    weights: NDArray[np.float32] | None = None
    metadata: tuple[MetadataField, ...] = ()


def order_epoch(truth: NDArray[np.int32], sampler: str, seed: int, epoch: int) -> NDArray[np.intp]:
    """Put the images of an epoch in order. It follows from the seed and the epoch alone, and is as long as the truth.

    A sampler gives each class its share of the epoch, rounded up or down at random. Within a class no image is drawn
    twice before each was drawn once.

    Args:
        truth: The class of each image, [n].
        sampler: ``none``, ``balanced`` or ``sqrt``; see `Drawing`.
        seed: The run's seed.
        epoch: Counted from 0.

    Returns:
        Positions of images, [n]; without a sampler each once.

    Examples:
        Of 9 images of class 0 and 1 of class 1, ``balanced`` draws 5 and 5: four of the nine are left out, and the one
        is seen five times. ``sqrt`` has shares of 3 to 1: 7.5 and 2.5 of ten, so 8 and 2 or 7 and 3.
    """
    random = generator(seed, "order of epoch", epoch)
    if sampler == "none":
        return random.permutation(len(truth))
    images = np.bincount(truth)
    shares = images**0.5 if sampler == "sqrt" else (images > 0).astype(float)
    draws = _round_to_sum(shares / max(shares.sum(), 1) * len(truth), len(truth), random)
    drawn = [_draw(np.flatnonzero(truth == code), int(count), random) for code, count in enumerate(draws)]
    return random.permutation(np.concatenate([np.empty(0, dtype=np.intp), *drawn]))


def weigh_classes(images: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what an image of each class weighs, so that all classes weigh the same and the mean weight is 1.

    Args:
        images: Training images of each class, [classes].

    Returns:
        n / (classes * images), [classes], as scikit-learn's ``balanced``; only classes that have images count.

    Examples:
        >>> weigh_classes(np.array([30, 10])).round(3).tolist()  # 40 / (2 * 30), 40 / (2 * 10)
        [0.667, 2.0]
    """
    present = int((images > 0).sum())
    weights: NDArray[np.float32] = (images.sum() / (present * np.maximum(images, 1))).astype(np.float32)
    return weights


def _round_to_sum(values: NDArray[np.float64], total: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Round up or down so that the sum is kept; the larger remainders go up, at random among equals."""
    whole = np.floor(values).astype(np.int64)
    order = random.permutation(len(values))
    largest_first = order[np.argsort(-(values - whole).round(9)[order], kind="stable")]
    whole[largest_first[: total - whole.sum()]] += 1
    return whole


def _draw(positions: NDArray[np.intp], count: int, random: np.random.Generator) -> NDArray[np.intp]:
    rounds = -(-count // len(positions)) if count else 0
    return np.concatenate([np.empty(0, dtype=np.intp), *(random.permutation(positions) for _ in range(rounds))])[:count]
