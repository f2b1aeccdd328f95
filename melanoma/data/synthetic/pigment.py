"""What colours the lesion from within: melanin and blood, as optical densities that absorb the skin's light.

Every function takes the scene, the trait's strength and its own stream, and returns a density, float32 (size, size),
in the unit of `Traits.melanin` or `Traits.redness`; it may be negative where a structure leaves a gap.
"""

import math

import numpy as np

from melanoma.data.synthetic.frame import Map
from melanoma.data.synthetic.outline import Scene
from melanoma.data.synthetic.strokes import disks
from melanoma.data.synthetic.texture import blob, cloud, point_within, points_within, rise

_THIRDS = (0, 2 * math.pi / 3, 4 * math.pi / 3)


def melanin(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Lay the lesion's mean brown, finely grained and a little denser to one side."""
    lean = rng.uniform(-0.2, 0.2) * scene.frame.u
    grain = 0.1 * cloud(scene.frame, 0.09, rng)
    relative: Map = np.clip(1 + lean + grain, 0.4, 1.6)
    return scene.inside * strength * relative


def mottling(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Vary the brown in clouds from light to dark."""
    field = cloud(scene.frame, 0.75, rng) + 0.5 * cloud(scene.frame, 0.3, rng)
    return scene.inside * (0.7 * strength) * field


def redness(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Redden the lesion and, faintly, the skin around it."""
    halo = rise(scene.depth, -0.5, 0.1)
    blush: Map = (0.8 * strength) * scene.inside + (0.2 * strength) * halo
    return blush + 0.25 * blush * cloud(scene.frame, 0.5, rng)


def network(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Draw the pigment network: three plane waves at 120 degrees make a honeycomb, bent by clouds."""
    cell = rng.uniform(0.12, 0.17)
    u = scene.frame.u + 0.1 * cloud(scene.frame, 0.8, rng)
    v = scene.frame.v + 0.1 * cloud(scene.frame, 0.8, rng)
    waves = [np.cos(2 * math.pi / cell * (u * math.cos(turn) + v * math.sin(turn))) for turn in _THIRDS]
    lines = rise(-np.sum(waves, axis=0), -0.4, 1.3)
    fade = rise(scene.depth, -0.08, 0.25) * rise(cloud(scene.frame, 0.9, rng), -1.4, 0.2)
    return (0.75 * strength) * fade * (lines - 0.4)


def ridges(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Draw fingerprint-like lines: one wave, strongly bent."""
    bend = 0.16 * cloud(scene.frame, 0.9, rng) + 0.025 * cloud(scene.frame, 0.25, rng)
    wave: Map = np.sin((scene.frame.u + bend) * (2 * np.pi / rng.uniform(0.13, 0.19)))
    fade = rise(cloud(scene.frame, 0.7, rng), -1.5, 0.5)
    return (0.24 * strength) * scene.inside * fade * wave


def globules(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Scatter brown dots and globules of 0.02 to 0.06 radii."""
    count = round(10 + 45 * strength)
    spots = disks(scene.frame, points_within(count, 0.95, rng), rng.uniform(0.022, 0.06, count))
    return 0.8 * rise(scene.depth, -0.1, 0.1) * spots


def streaks(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Draw radial lines across a part of the border."""
    angle = np.arctan2(scene.frame.v, scene.frame.u)
    bend = 0.9 * cloud(scene.frame, 0.5, rng)
    lines = rise(np.cos(angle * int(rng.integers(26, 42)) + bend), 0.0, 0.9)
    sector = rise(np.cos(angle - rng.uniform(-np.pi, np.pi)), -0.5, 0.5)
    uneven = scene.depth + 0.07 * cloud(scene.frame, 0.35, rng)
    ring = rise(uneven, -0.2, 0.0) * (1 - rise(scene.depth, 0.05, 0.3))
    return strength * lines * sector * ring


def black_patch(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Add a blotch of very dense brown, which looks black."""
    spot = blob(scene.frame, point_within(0.55, rng), rng.uniform(0.3, 0.55), rng)
    return (0.7 + 1.3 * strength) * scene.inside * spot


def red_patch(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Add a blotch of blood, as of an ulcer or of new vessels."""
    spot = blob(scene.frame, point_within(0.55, rng), rng.uniform(0.25, 0.45), rng)
    return (0.3 + 0.9 * strength) * scene.inside * spot


def dotted_vessels(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Scatter red points of 0.016 to 0.032 radii, as the tips of looped vessels."""
    count = round(15 + 60 * strength)
    spots = disks(scene.frame, points_within(count, 0.9, rng), rng.uniform(0.016, 0.032, count))
    return 1.3 * scene.inside * spots
