"""Antialiased discs and curves in lesion or picture coordinates."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from melanoma.data.synthetic.frame import Frame, Map, Points

_FINE = 3


def disks(frame: Frame, centres: Points, radii: NDArray[np.float64]) -> Map:
    """Fill discs.

    Args:
        frame: The pixels' lesion coordinates.
        centres: float (n, 2), in lesion radii.
        radii: float (n,), in lesion radii.

    Returns:
        float32 (size, size): the share of each pixel that a disc covers, in [0, 1].
    """
    canvas = Image.new("L", (frame.size_px * _FINE,) * 2)
    pen = ImageDraw.Draw(canvas)
    for (x, y), radius in zip(frame.to_pixels(centres) * _FINE, radii * frame.radius_px * _FINE, strict=True):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return _coverage(canvas)


def curves(size_px: int, lines: Sequence[tuple[Points, float]]) -> Map:
    """Draw curves as chains of straight pieces.

    Args:
        size_px: Side of the picture, in pixels.
        lines: Each curve's points (x, y), float (n, 2), and its width, all in pixels.

    Returns:
        float32 (size_px, size_px): the share of each pixel that a curve covers, in [0, 1].
    """
    canvas = Image.new("L", (size_px * _FINE,) * 2)
    pen = ImageDraw.Draw(canvas)
    for points, width in lines:
        pen.line([(x, y) for x, y in points * _FINE], fill=255, width=max(1, round(width * _FINE)), joint="curve")
    return _coverage(canvas)


def _coverage(canvas: Image.Image) -> Map:
    return np.asarray(canvas.reduce(_FINE), dtype=np.float32) / np.float32(255)
