"""Augmentation inside the training step: each image turned, shifted, and lit anew whenever it is seen.

It is written in `keras.ops` alone, so that it is compiled with the step on any backend, XLA included.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

Tensor = Any
_DRAWS = 12


@dataclass(frozen=True)
class Reach:
    """How far an image is changed at strength 1; half as far at strength 0.5.

    Attributes:
        rotation_deg: To either side, beside the quarter turns.
        shift: Share of the side, in each direction.
        zoom: Logarithm of the largest magnification; as much smaller.
        brightness: Share of white that is added or taken away.
        contrast: Logarithm of the largest stretch around the image's mean; as much less.
        colour: Logarithm of the largest gain of a channel; as much less. Lamps and cameras differ by that.
    """

    rotation_deg: float = 20.0
    shift: float = 0.1
    zoom: float = float(np.log(1.25))
    brightness: float = 0.1
    contrast: float = float(np.log(1.3))
    colour: float = float(np.log(1.1))


REACH = Reach()


class Augmentation(keras.layers.Layer):  # type: ignore[misc]  # keras has no types
    """Changes images in training and leaves them alone otherwise: float, [n, size, size, 3] in 0..255.

    Its random numbers come from one generator, whose state `melanoma.training.seeds` sets at the start of each epoch.
    """

    def __init__(self, strength: float) -> None:
        """Say how strong it is.

        Args:
            strength: 0 to 1; see `Reach`. Any strength mirrors and turns by the eight symmetries.
        """
        super().__init__(dtype="float32", name="augmentation")
        self._strength = strength
        self._seeds = keras.random.SeedGenerator(0)

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        """Change each image on its own."""
        if not training:
            return images
        images = ops.cast(images, "float32")
        draws = keras.random.uniform((ops.shape(images)[0], _DRAWS), seed=self._seeds)
        swings = (2 * draws - 1) * self._strength
        moved = warp(turn_by_draw(images, draws[:, :3]), swings[:, 3:7])
        return light(moved, swings[:, 7:12])


def turn_by_draw(images: Tensor, draws: Tensor) -> Tensor:
    """Bring each image into one of its eight symmetric forms.

    Args:
        images: [n, size, size, 3].
        draws: Uniform in 0..1, [n, 3]: whether it is mirrored left-right, top-bottom, and transposed.

    Returns:
        [n, size, size, 3].
    """
    chosen = ops.reshape(draws < 0.5, (-1, 3, 1, 1, 1))
    images = ops.where(chosen[:, 0], ops.flip(images, axis=2), images)
    images = ops.where(chosen[:, 1], ops.flip(images, axis=1), images)
    return ops.where(chosen[:, 2], ops.transpose(images, (0, 2, 1, 3)), images)


def warp(images: Tensor, swings: Tensor) -> Tensor:
    """Rotate, magnify and shift each image about its middle; what comes in at a rim is mirrored there.

    Sampled bilinearly, with four neighbours in two look-ups: the slow part on a CPU.

    Args:
        images: float32, [n, size, size, 3].
        swings: Rotation, zoom, shift along y and along x, each in -1..1 of its reach, [n, 4].

    Returns:
        [n, size, size, 3].
    """
    size = images.shape[1]
    middle = (size - 1) / 2
    angle, scale = swings[:, 0] * float(np.deg2rad(REACH.rotation_deg)), ops.exp(swings[:, 1] * REACH.zoom)
    along, across = ops.cos(angle) / scale, ops.sin(angle) / scale
    start_y = middle - middle * along - middle * across + swings[:, 2] * REACH.shift * size
    start_x = middle - middle * along + middle * across + swings[:, 3] * REACH.shift * size
    row, down = _mirrored_line(along, across, start_y, size)
    column, right = _mirrored_line(-across, along, start_x, size)
    first = ops.reshape(ops.arange(ops.shape(images)[0], dtype="int32") * size**2, (-1, 1, 1))
    place = first + ops.cast(row * size + column, "int32")
    pixels = ops.reshape(images, (-1, 3))
    pairs = ops.concatenate([pixels, ops.roll(pixels, -1, axis=0)], axis=1)
    upper, lower = ops.take(pairs, place, axis=0), ops.take(pairs, place + size, axis=0)
    between = upper + (lower - upper) * down
    return between[..., :3] + (between[..., 3:] - between[..., :3]) * right


def light(images: Tensor, swings: Tensor) -> Tensor:
    """Change the brightness, contrast and colour of each image, and keep it in 0..255.

    Args:
        images: float32, [n, size, size, 3].
        swings: Brightness, contrast, and the gain of each channel, each in -1..1 of its reach, [n, 5].

    Returns:
        [n, size, size, 3].
    """
    by_image = ops.reshape(swings, (-1, 5, 1, 1))[..., None]
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    contrast = ops.exp(by_image[:, 1] * REACH.contrast)
    gain = ops.reshape(ops.exp(swings[:, 2:] * REACH.colour), (-1, 1, 1, 3))
    brightened = (images - mean) * contrast + mean + by_image[:, 0] * REACH.brightness * 255.0
    return ops.clip(brightened * gain, 0.0, 255.0)


def _mirrored_line(per_row: Tensor, per_column: Tensor, start: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Return where each pixel's value comes from along one axis: the pixel before, [n, s, s], and the way past it."""
    steps = ops.arange(size, dtype="float32")
    way = start[:, None, None] + per_row[:, None, None] * steps[:, None] + per_column[:, None, None] * steps
    mirrored = (size - 1) - ops.abs((size - 1) - ops.abs(way))
    before = ops.clip(ops.floor(mirrored), 0.0, size - 2.0)
    return before, (mirrored - before)[..., None]
