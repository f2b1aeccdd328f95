"""What lies on or in the lesion with a colour of its own: veil, nests, lakes, scale, keratin, cysts, pits, scars.

Every function takes the scene, the trait's strength and its own stream, and returns an opacity, float32 (size, size)
in [0, 1].
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from melanoma.data.synthetic.frame import Map
from melanoma.data.synthetic.outline import Scene
from melanoma.data.synthetic.strokes import disks
from melanoma.data.synthetic.texture import blob, cloud, point_within, points_within, rise


def veil(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Spread one confluent veil of 0.4 to 0.7 radii."""
    spot = blob(scene.frame, point_within(0.4, rng), rng.uniform(0.4, 0.7), rng)
    return (0.25 + 0.5 * strength) * rise(scene.depth, 0, 0.25) * spot


def nests(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Place 2 to 8 ovoid nests of 0.1 to 0.24 radii."""
    count = round(2 + 6 * strength)
    frame, places, radii = scene.frame, points_within(count, 0.75, rng), rng.uniform(0.1, 0.24, count)
    ovals = zip(places.tolist(), radii.tolist(), strict=True)
    depth = [1 - np.hypot(frame.u - u, frame.v - v) / radius for (u, v), radius in ovals]
    return (
        0.8 * rise(scene.depth, -0.05, 0.15) * rise(np.max(depth, axis=0) + 0.22 * cloud(frame, 0.16, rng), -0.2, 0.45)
    )


def white_patch(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Bleach a blotch off the centre, as regression does."""
    spot = blob(scene.frame, point_within(0.6, rng), rng.uniform(0.25, 0.45), rng)
    return (0.3 + 0.45 * strength) * scene.inside * spot


def white_centre(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Bleach the centre, as the scar of a dermatofibroma does."""
    spot = blob(scene.frame, point_within(0.12, rng), rng.uniform(0.4, 0.6), rng)
    return (0.35 + 0.45 * strength) * scene.inside * spot


def lacunae(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Place 5 to 18 round lakes of 0.12 to 0.3 radii with pale septa between them."""
    count = round(5 + 13 * strength)
    centres, radii = points_within(count, 0.8, rng), rng.uniform(0.12, 0.3, count)
    lakes = gaussian_filter(disks(scene.frame, centres, radii), 0.03 * scene.frame.radius_px)
    septa = rise(np.abs(cloud(scene.frame, 0.45, rng)), 0.02, 0.3)
    return 0.9 * rise(scene.depth, -0.1, 0.1) * lakes * (0.35 + 0.65 * septa)


def scale(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Scatter white flakes: the peaks of a fine cloud under a coarse one."""
    flakes = rise(cloud(scene.frame, 0.16, rng), 0.9, 1.5) * rise(cloud(scene.frame, 0.6, rng), -0.6, 0.8)
    return (0.35 + 0.6 * strength) * rise(scene.depth, -0.15, 0.15) * flakes


def keratin(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Place a yellow, crumbly plug near the centre."""
    plug = blob(scene.frame, point_within(0.2, rng), rng.uniform(0.28, 0.5), rng)
    crumbs = 0.8 + 0.2 * np.clip(cloud(scene.frame, 0.14, rng), -2, 1)
    return (0.35 + 0.55 * strength) * scene.inside * plug * crumbs


def follicles(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Open pale follicles on a bent grid, as the seeds of a strawberry."""
    pitch = 2 * np.pi / rng.uniform(0.26, 0.36)
    u = scene.frame.u + 0.12 * cloud(scene.frame, 0.8, rng)
    v = scene.frame.v + 0.12 * cloud(scene.frame, 0.8, rng)
    openings = rise(np.cos(pitch * u) + np.cos(pitch * v), 0.7, 1.4)
    return (0.3 + 0.5 * strength) * rise(scene.depth, -0.1, 0.2) * openings


def milia(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Scatter 6 to 28 bright cysts of 0.03 to 0.07 radii."""
    count = round(6 + 22 * strength)
    cysts = disks(scene.frame, points_within(count, 0.85, rng), rng.uniform(0.03, 0.07, count))
    return 0.8 * rise(scene.depth, 0, 0.1) * gaussian_filter(cysts, 0.012 * scene.frame.radius_px)


def comedones(scene: Scene, strength: float, rng: np.random.Generator) -> Map:
    """Scatter 4 to 18 dark pits of 0.05 to 0.1 radii."""
    count = round(4 + 14 * strength)
    pits = disks(scene.frame, points_within(count, 0.8, rng), rng.uniform(0.05, 0.1, count))
    return 0.8 * rise(scene.depth, 0, 0.1) * gaussian_filter(pits, 0.015 * scene.frame.radius_px)
