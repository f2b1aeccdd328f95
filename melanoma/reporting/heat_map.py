"""A heat map over its picture, in colours that rise in lightness, so that colour-blind readers and printers keep them.

Colours: viridis (van der Walt and Smith 2015), from dark violet for nothing to yellow for the most.
"""

from io import BytesIO

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

_COLOURS = "viridis"
_QUALITY = 85
_COVER = 0.6  # how far colours cover the grey picture at full heat
_LEAST_COVER = 0.25
_LEGEND_STEPS = 9


def draw_picture(picture: NDArray[np.uint8], side_px: int) -> bytes:
    """Return a picture as JPEG bytes.

    Args:
        picture: uint8, [size, size, 3].
        side_px: Of the result.
    """
    return _write(Image.fromarray(picture).resize((side_px, side_px), Image.Resampling.LANCZOS))


def draw_heat(picture: NDArray[np.uint8], heat: NDArray[np.floating], side_px: int) -> bytes:
    """Return a heat map over the picture, which is grey beneath it, so that every colour is the map's.

    Args:
        picture: uint8, [size, size, 3].
        heat: [h, w]; below 0 counts as 0, the largest value is the full colour.
        side_px: Side of the result.

    Returns:
        JPEG bytes.
    """
    size = (side_px, side_px)
    grey = Image.fromarray(picture).convert("L").resize(size, Image.Resampling.LANCZOS)
    share = _scale(np.asarray(Image.fromarray(_scale(heat)).resize(size, Image.Resampling.BICUBIC)))
    cover = (_LEAST_COVER + (_COVER - _LEAST_COVER) * share)[..., None]
    beneath = np.asarray(grey, dtype=np.float64)[..., None] / 255
    mixed = (1 - cover) * beneath + cover * matplotlib.colormaps[_COLOURS](share)[..., :3]
    return _write(Image.fromarray((255 * mixed).round().astype(np.uint8)))


def list_colours() -> list[str]:
    """Return the colours from no heat to the most, for a legend, such as ``#440154``."""
    steps = matplotlib.colormaps[_COLOURS](np.linspace(0, 1, _LEGEND_STEPS))[:, :3]
    return ["#" + "".join(f"{round(255 * part):02x}" for part in colour) for colour in steps]


def _scale(heat: NDArray[np.floating]) -> NDArray[np.float32]:
    """Bring a map to 0..1; one without heat stays 0."""
    positive = np.maximum(heat, 0)
    most = positive.max()
    return np.asarray(positive / most if most > 0 else positive, dtype=np.float32)


def _write(picture: Image.Image) -> bytes:
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()
