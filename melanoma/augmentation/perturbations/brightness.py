"""A picture that was lit or exposed more or less."""

import numpy as np

from melanoma.augmentation.perturbation import Perturbation, Picture


def scale_brightness(picture: Picture, strength: float) -> Picture:
    """Multiply every value; what would be brighter than white is white.

    Args:
        picture: uint8, [size, size, 3].
        strength: The factor.

    Examples:
        >>> scale_brightness(np.full((1, 1, 3), 100, dtype=np.uint8), 1.25).tolist()
        [[[125, 125, 125]]]
    """
    return (picture * strength).round().clip(0, 255).astype(np.uint8)


PERTURBATION = Perturbation("brightness", scale_brightness)
