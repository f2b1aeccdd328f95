"""A picture that was framed more tightly, with the lesion out of the middle."""

import numpy as np
from PIL import Image

from melanoma.augmentation.perturbation import Perturbation, Picture


def crop(picture: Picture, strength: float) -> Picture:
    """Cut a strip off at the left and one at the top, and bring the rest back to the size.

    Args:
        picture: uint8, [size, size, 3].
        strength: Share of the side that is cut off, in (0, 1).
    """
    size = len(picture)
    cut_px = strength * size
    rest = (cut_px, cut_px, size, size)
    return np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BICUBIC, box=rest))


PERTURBATION = Perturbation("crop", crop)
