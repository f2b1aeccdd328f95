"""A change that a picture may come with from another camera, light or hand.

A new one is a new file in `melanoma.augmentation.perturbations` that defines ``PERTURBATION``, and the range of its
strength in `melanoma.config.robustness`. Nothing here is random: equal pictures and strengths give equal bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melanoma.discovery import discover

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Perturbation:
    """One kind of change.

    Attributes:
        name: As the configuration calls it.
        change: Takes a picture, uint8, [size, size, 3], and a strength; returns another of the same shape.
    """

    name: str
    change: Callable[[Picture, float], Picture]


def find_perturbation(name: str) -> Perturbation:
    """Return a perturbation by its name, which the configuration has checked."""
    modules = discover("melanoma.augmentation.perturbations")
    known: dict[str, Perturbation] = {module.PERTURBATION.name: module.PERTURBATION for module in modules}
    return known[name]


def perturb(pictures: Picture, name: str, strength: float) -> Picture:
    """Change each of some pictures alike.

    Args:
        pictures: uint8, [n, size, size, 3]; are not changed.
        name: The perturbation.
        strength: In the range and unit that `melanoma.config.robustness` gives.

    Returns:
        uint8, [n, size, size, 3].
    """
    change = find_perturbation(name).change
    return np.stack([change(picture, strength) for picture in pictures]) if len(pictures) else pictures.copy()
