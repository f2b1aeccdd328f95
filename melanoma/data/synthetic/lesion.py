"""Put a lesion together from its traits: melanin and blood absorb, then structures in their own colours cover."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from melanoma.data.synthetic import pigment, surface, vessels
from melanoma.data.synthetic.frame import Frame, Map
from melanoma.data.synthetic.look import draw_look
from melanoma.data.synthetic.outline import Scene, draw_scene
from melanoma.data.synthetic.skin import skin
from melanoma.data.synthetic.traits import Traits
from melanoma.seeding import generator

Paint = Callable[[Scene, float, np.random.Generator], Map]
Colour = tuple[float, float, float]


class Structure(NamedTuple):
    """A trait that has a colour of its own.

    Attributes:
        paint: Returns its opacity.
        colour: sRGB in [0, 1].
    """

    paint: Paint
    colour: Colour


MELANIN_ABSORBS = np.array([0.75, 1.25, 1.7], dtype=np.float32)
BLOOD_ABSORBS = np.array([0.12, 0.9, 0.75], dtype=np.float32)
BROWN: Mapping[str, Paint] = {
    "melanin": pigment.melanin,
    "mottling": pigment.mottling,
    "network": pigment.network,
    "ridges": pigment.ridges,
    "globules": pigment.globules,
    "streaks": pigment.streaks,
    "black_patch": pigment.black_patch,
}
RED: Mapping[str, Paint] = {
    "redness": pigment.redness,
    "red_patch": pigment.red_patch,
    "dotted_vessels": pigment.dotted_vessels,
}
STRUCTURES: Mapping[str, Structure] = {
    "white_patch": Structure(surface.white_patch, (0.88, 0.79, 0.76)),
    "white_centre": Structure(surface.white_centre, (0.92, 0.84, 0.81)),
    "veil": Structure(surface.veil, (0.45, 0.49, 0.57)),
    "nests": Structure(surface.nests, (0.37, 0.36, 0.42)),
    "lacunae": Structure(surface.lacunae, (0.52, 0.10, 0.17)),
    "keratin": Structure(surface.keratin, (0.82, 0.70, 0.51)),
    "follicles": Structure(surface.follicles, (0.90, 0.80, 0.68)),
    "scale": Structure(surface.scale, (0.93, 0.89, 0.83)),
    "milia": Structure(surface.milia, (0.93, 0.87, 0.74)),
    "comedones": Structure(surface.comedones, (0.24, 0.15, 0.10)),
    "arborising": Structure(vessels.arborising, (0.62, 0.16, 0.18)),
}


class Nature(NamedTuple):
    """What decides everything about a lesion, so that each of its views shows the same one.

    Attributes:
        diagnosis: A key of `DIAGNOSES`.
        seed: The lesion's own.
        fading: How far it fades into the skin, in [0, 1]; at 1 nothing of it is seen.
    """

    diagnosis: str
    seed: int
    fading: float = 0


def draw_lesion(frame: Frame, nature: Nature, tone: NDArray[np.float32]) -> Map:
    """Draw a lesion on its skin, before light, hair and camera.

    Args:
        frame: The pixels' lesion coordinates.
        nature: What the lesion is.
        tone: The skin's colour, float32 (3,), sRGB in [0, 1].

    Returns:
        float32 (size, size, 3), sRGB in about [0, 1].
    """
    look = draw_look(nature.diagnosis, generator(nature.seed, "look"))
    scene = draw_scene(frame, look, generator(nature.seed, "outline"))
    brown = _density(scene, look, BROWN, nature.seed)
    red = _density(scene, look, RED, nature.seed)
    absorbed = brown[..., None] * MELANIN_ABSORBS + red[..., None] * BLOOD_ABSORBS
    bare = skin(frame, tone, generator(nature.seed, "skin"))
    rgb = _cover(bare * np.exp(-absorbed), scene, look, nature.seed)
    return rgb if nature.fading == 0 else rgb + np.float32(nature.fading) * (bare - rgb)


def _density(scene: Scene, look: Traits[float], paints: Mapping[str, Paint], lesion_seed: int) -> Map:
    """Sum the optical densities of the traits that are present; float32 (size, size), never negative."""
    total = np.zeros_like(scene.depth)
    for name, paint in paints.items():
        strength = getattr(look, name)
        if strength > 0:
            total += paint(scene, strength, generator(lesion_seed, name))
    return np.maximum(total, 0)


def _cover(rgb: Map, scene: Scene, look: Traits[float], lesion_seed: int) -> Map:
    """Lay the structures that are present over the skin, each in its colour, a little off by lesion."""
    for name, structure in STRUCTURES.items():
        strength = getattr(look, name)
        if strength > 0:
            rng = generator(lesion_seed, name)
            opacity = structure.paint(scene, strength, rng)[..., None]
            colour = (np.array(structure.colour) + rng.normal(0, 0.03, 3)).astype(np.float32)
            rgb = rgb + opacity * (colour - rgb)
    return rgb
