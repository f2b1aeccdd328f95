"""A picture that is out of focus."""

import numpy as np
from PIL import Image, ImageFilter

from melanoma.augmentation.perturbation import Perturbation, Picture


def blur(picture: Picture, strength: float) -> Picture:
    """Blur by a Gaussian.

    Args:
        picture: uint8, [size, size, 3].
        strength: Standard deviation in per cent of the side, so that it means the same at any size.
    """
    sigma_px = strength / 100 * len(picture)
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(sigma_px)))


PERTURBATION = Perturbation("blur", blur)
