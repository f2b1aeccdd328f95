"""Random fields on the lesion: clouds, blobs and smooth steps."""

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from melanoma.data.synthetic.frame import Frame, Map, Points

_TILE = 96
_SAMPLES_PER_WAVELENGTH = 6.0


def cloud(frame: Frame, wavelength: float, rng: np.random.Generator) -> Map:
    """Draw a smooth random field that sticks to the lesion.

    Args:
        frame: The pixels' lesion coordinates.
        wavelength: Distance between neighbouring clouds, in lesion radii.
        rng: The field's own stream.

    Returns:
        float32 (size, size), about mean 0 and standard deviation 1; periodic after 16 wavelengths.
    """
    grains = rng.standard_normal((_TILE, _TILE), dtype=np.float32)
    tile = gaussian_filter(grains, _SAMPLES_PER_WAVELENGTH / 3, mode="wrap", truncate=3)
    return _spread(frame, tile / tile.std(), _SAMPLES_PER_WAVELENGTH / wavelength)


def _spread(frame: Frame, tile: Map, samples_per_radius: float) -> Map:
    """Lay a periodic tile over the frame, bilinearly; Pillow does this four times faster than `map_coordinates`."""
    reach = int(np.ceil(frame.reach * samples_per_radius)) + 2
    ring = np.arange(-reach, reach + 1) % len(tile)
    ux, uy, u0 = (samples_per_radius * part for part in frame.u_of_pixels)
    vx, vy, v0 = (samples_per_radius * part for part in frame.v_of_pixels)
    middle = reach + 0.5
    sheet = Image.fromarray(tile[np.ix_(ring, ring)])
    size, matrix = (frame.size_px, frame.size_px), (ux, uy, u0 + middle, vx, vy, v0 + middle)
    field = sheet.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    return np.asarray(field, dtype=np.float32)


def rise(values: Map, low: float, high: float) -> Map:
    """Return a smooth step: 0 below `low`, 1 above `high`, float32 of the same shape."""
    t = np.clip((values - low) / (high - low), 0, 1)
    smooth: Map = t * t * (3 - 2 * t)
    return smooth


def blob(frame: Frame, centre: tuple[float, float], radius: float, rng: np.random.Generator) -> Map:
    """Draw one soft, uneven spot.

    Args:
        frame: The pixels' lesion coordinates.
        centre: Its place (u, v), in lesion radii.
        radius: Its mean radius, in lesion radii.
        rng: The spot's own stream.

    Returns:
        float32 (size, size) in [0, 1].
    """
    distance = np.hypot(frame.u - centre[0], frame.v - centre[1]) / radius
    return rise(1 - distance + 0.22 * cloud(frame, 0.9 * radius, rng), -0.2, 0.45)


def point_within(reach: float, rng: np.random.Generator) -> tuple[float, float]:
    """Draw a point (u, v) evenly from the disc of radius `reach`, in lesion radii."""
    (point,) = points_within(1, reach, rng)
    return float(point[0]), float(point[1])


def points_within(count: int, reach: float, rng: np.random.Generator) -> Points:
    """Draw points evenly from the disc of radius `reach`, in lesion radii; float64 (count, 2)."""
    distance, angle = reach * np.sqrt(rng.random(count)), rng.uniform(0, 2 * np.pi, count)
    return np.stack([distance * np.cos(angle), distance * np.sin(angle)], axis=1)
