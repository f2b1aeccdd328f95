"""Arborising vessels: trees that enter from the border and branch inwards."""

import numpy as np

from melanoma.data.synthetic.frame import Map, Points
from melanoma.data.synthetic.outline import Scene
from melanoma.data.synthetic.strokes import curves
from melanoma.data.synthetic.texture import rise

Branch = tuple[Points, float]
_STEP = 0.07


def arborising(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Draw branching vessels.

    Args:
        scene: The lesion's ground.
        strength: In [0, 1]; 1 has five trunks.
        rng: The vessels' own stream.

    Returns:
        Their opacity, float32 (size, size) in [0, 1].
    """
    branches = [branch for _ in range(round(1 + 4 * strength)) for branch in _tree(rng)]
    frame = scene.frame
    lines = [(frame.to_pixels(points), width * frame.radius_px) for points, width in branches]
    return 0.8 * curves(frame.size_px, lines) * rise(scene.depth, -0.2, 0.05)


def _tree(rng: np.random.Generator) -> list[Branch]:
    """Grow a trunk from the border and branches from it; points in lesion radii, widths in lesion radii."""
    angle = rng.uniform(0, 2 * np.pi)
    root = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(0.75, 1.05)
    trunk = _walk(root, angle + np.pi + rng.normal(0, 0.4), rng.uniform(0.7, 1.3), rng)
    width = rng.uniform(0.024, 0.042)
    first = _offshoots(trunk, int(rng.integers(3, 6)), 0.55, rng)
    second = [twig for branch in first for twig in _offshoots(branch, int(rng.integers(1, 4)), 0.3, rng)]
    return [
        (trunk, width),
        *((points, 0.65 * width) for points in first),
        *((points, 0.4 * width) for points in second),
    ]


def _offshoots(stem: Points, count: int, length: float, rng: np.random.Generator) -> list[Points]:
    starts = rng.integers(1, len(stem), count)
    along = stem[starts] - stem[starts - 1]
    headings = np.arctan2(along[:, 1], along[:, 0]) + rng.choice([-1, 1], count) * rng.uniform(0.4, 1.1, count)
    lengths = length * rng.uniform(0.5, 1.2, count)
    return [_walk(stem[i], heading, reach, rng) for i, heading, reach in zip(starts, headings, lengths, strict=True)]


def _walk(start: Points, heading: float, length: float, rng: np.random.Generator) -> Points:
    """Wander from a point (u, v) in steps of 0.07 radii; float (n, 2), n >= 3."""
    count = max(2, round(length / _STEP))
    headings = heading + np.cumsum(rng.normal(0, 0.28, count))
    steps = _STEP * np.stack([np.cos(headings), np.sin(headings)], axis=1)
    return np.vstack([start, start + np.cumsum(steps, axis=0)])
