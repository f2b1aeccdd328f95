"""Where a picture's pixels lie on the lesion, so that every view of a lesion shows the same lesion."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]
Points = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """How the camera is held.

    Attributes:
        rotation_rad: Turn of the camera around its axis.
        radius_share: The lesion's radius as a share of the picture's side.
        centre_share: The lesion's centre (x, y) as a share of the picture's side.
    """

    rotation_rad: float
    radius_share: float
    centre_share: tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """The pixels of one view in the lesion's own coordinates (u, v), in lesion radii from its centre.

    Attributes:
        view: How the camera is held.
        size_px: Side of the square picture, in pixels.
    """

    view: View
    size_px: int

    @property
    def radius_px(self) -> float:
        """The lesion's radius in pixels."""
        return self.view.radius_share * self.size_px

    @property
    def u_of_pixels(self) -> tuple[float, float, float]:
        """The terms (a, b, c) of u = a x + b y + c at the place (x, y) in pixels."""
        return self._terms(np.cos(self.view.rotation_rad), np.sin(self.view.rotation_rad))

    @property
    def v_of_pixels(self) -> tuple[float, float, float]:
        """The terms (a, b, c) of v = a x + b y + c at the place (x, y) in pixels."""
        return self._terms(-np.sin(self.view.rotation_rad), np.cos(self.view.rotation_rad))

    @cached_property
    def u(self) -> Map:
        """float32 (size, size), the first lesion coordinate of each pixel's centre."""
        return self._lay(*self.u_of_pixels)

    @cached_property
    def v(self) -> Map:
        """float32 (size, size), the second lesion coordinate of each pixel's centre."""
        return self._lay(*self.v_of_pixels)

    @property
    def reach(self) -> float:
        """Distance from the lesion's centre to the farthest corner, in lesion radii."""
        x, y = self.view.centre_share
        return float(np.hypot(max(x, 1 - x), max(y, 1 - y)) / self.view.radius_share)

    def to_pixels(self, points: Points) -> Points:
        """Map lesion coordinates, float (n, 2) in radii, to the places (x, y) in pixels, float (n, 2)."""
        cos, sin = np.cos(self.view.rotation_rad), np.sin(self.view.rotation_rad)
        x = points[:, 0] * cos - points[:, 1] * sin
        y = points[:, 0] * sin + points[:, 1] * cos
        shares = np.stack([x, y], axis=1) * self.view.radius_share + np.array(self.view.centre_share)
        return np.asarray(shares * self.size_px, dtype=np.float64)

    def _terms(self, along_x: float, along_y: float) -> tuple[float, float, float]:
        a, b = along_x / self.radius_px, along_y / self.radius_px
        x, y = self.view.centre_share
        return float(a), float(b), float(-(a * x + b * y) * self.size_px)

    def _lay(self, a: float, b: float, c: float) -> Map:
        centres = np.arange(self.size_px) + 0.5
        return (a * centres[None, :] + b * centres[:, None] + c).astype(np.float32)


def draw_view(mean_radius_share: float, rng: np.random.Generator) -> View:
    """Draw how the camera is held for one picture of a lesion.

    Args:
        mean_radius_share: The lesion's radius at usual zoom, as a share of the picture's side.
        rng: The view's own stream.

    Returns:
        Any rotation, a zoom of 0.8 to 1.25, a lesion near the middle.
    """
    zoom = 2 ** rng.uniform(-0.32, 0.32)
    x, y = rng.normal(0.5, 0.045, 2)
    return View(float(rng.uniform(0, 2 * np.pi)), float(mean_radius_share * zoom), (float(x), float(y)))
