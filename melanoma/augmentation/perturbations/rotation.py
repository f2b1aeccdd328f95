"""A picture for which the camera was held at another angle."""

import math

import numpy as np
from PIL import Image

from melanoma.augmentation.perturbation import Perturbation, Picture

_CORNER = (math.sqrt(2) - 1) / 2  # how far beyond the rim a corner reaches, as a share of the side


def rotate(picture: Picture, strength: float) -> Picture:
    """Turn about the middle at the same scale; the corners are filled by the picture mirrored at its rim.

    Corners left black would be a mark that no camera makes.

    Args:
        picture: uint8, [size, size, 3].
        strength: Degrees, anticlockwise.
    """
    size = len(picture)
    rim_px = math.ceil(_CORNER * size)
    wide = Image.fromarray(np.pad(picture, ((rim_px, rim_px), (rim_px, rim_px), (0, 0)), mode="symmetric"))
    turned = wide.rotate(strength, Image.Resampling.BICUBIC)
    return np.asarray(turned.crop((rim_px, rim_px, rim_px + size, rim_px + size)))


PERTURBATION = Perturbation("rotation", rotate)
