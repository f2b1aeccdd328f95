"""A picture under warmer or cooler light than its camera was set to."""

import numpy as np

from melanoma.augmentation.perturbation import Perturbation, Picture


def cast_colour(picture: Picture, strength: float) -> Picture:
    """Raise red and lower blue, or the other way round.

    Args:
        picture: uint8, [size, size, 3].
        strength: Share by which red rises and blue falls; below 0 the light is cooler.

    Examples:
        >>> cast_colour(np.full((1, 1, 3), 100, dtype=np.uint8), 0.1).tolist()
        [[[110, 100, 90]]]
    """
    factors = np.array([1 + strength, 1, 1 - strength], dtype=np.float64)
    return np.asarray((picture * factors).round().clip(0, 255), dtype=np.uint8)


PERTURBATION = Perturbation("colour_cast", cast_colour)
