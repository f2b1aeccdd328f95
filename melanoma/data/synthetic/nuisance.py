"""What a picture shows that says nothing about the diagnosis: hair, ruler, bubbles, light, tube, sensor.

Every function takes a picture, float32 (size, size, 3), sRGB in about [0, 1], and its own stream, and returns a new
one.
"""

from collections.abc import Callable, Mapping

import numpy as np

from melanoma.data.synthetic.frame import Map, Points
from melanoma.data.synthetic.strokes import curves
from melanoma.data.synthetic.texture import rise
from melanoma.seeding import generator

_HAIR = np.array([[0.10, 0.07, 0.06], [0.25, 0.16, 0.11], [0.55, 0.43, 0.30], [0.62, 0.60, 0.58]], dtype=np.float32)


def add_nuisances(rgb: Map, view_seed: int) -> Map:
    """Apply every nuisance in turn, each from its own stream."""
    for name, nuisance in NUISANCES.items():
        rgb = nuisance(rgb, generator(view_seed, name))
    return rgb


def hair(rgb: Map, rng: np.random.Generator) -> Map:
    """Lay 3 to 20 hairs over one picture in three."""
    if rng.random() > 0.33:
        return rgb
    size, count = len(rgb), int(rng.integers(3, 21))
    comb = rng.uniform(0, np.pi)
    lines = [(size * _strand(comb + rng.normal(0, 0.5), rng), size * rng.uniform(0.004, 0.009)) for _ in range(count)]
    cover = rng.uniform(0.6, 0.9) * curves(size, lines)[..., None]
    colour: Map = _HAIR[rng.integers(len(_HAIR))]
    return rgb + cover * (colour - rgb)


def _strand(heading: float, rng: np.random.Generator) -> Points:
    """Bend a hair as a quadratic Bezier curve; float64 (13, 2), as shares of the picture's side."""
    middle, reach = rng.uniform(0, 1, 2), rng.uniform(0.2, 0.8) * np.array([np.cos(heading), np.sin(heading)])
    bend = middle + rng.normal(0, 0.15, 2)
    t = np.linspace(0, 1, 13)[:, None]
    return (1 - t) ** 2 * (middle - reach) + 2 * t * (1 - t) * bend + t**2 * (middle + reach)


def bubbles(rgb: Map, rng: np.random.Generator) -> Map:
    """Leave 1 to 4 bubbles of gel, bright rings, in one picture in eight."""
    if rng.random() > 0.125:
        return rgb
    y, x = _ticks(len(rgb))
    glow = np.zeros_like(rgb[..., 0])
    for _ in range(int(rng.integers(1, 5))):
        distance = np.hypot(x - rng.uniform(0, 1), y - rng.uniform(0, 1)) / rng.uniform(0.02, 0.07)
        glow = np.maximum(glow, np.exp(-(((distance - 1) / 0.16) ** 2)))
    return rgb + 0.25 * glow.astype(np.float32)[..., None]


def ruler(rgb: Map, rng: np.random.Generator) -> Map:
    """Print a ruler's marks along one side of one picture in seven; every fifth mark is longer."""
    if rng.random() > 0.14:
        return rgb
    size, pitch, edge = len(rgb), rng.uniform(0.035, 0.06), rng.uniform(0.02, 0.08)
    marks = []
    for number, along in enumerate(np.arange(rng.uniform(0, pitch), 1, pitch)):
        tip = edge + (0.07 if number % 5 == 0 else 0.04)
        marks.append((size * np.array([[along, edge], [along, tip]]), size * 0.006))
    cover = np.rot90(curves(size, marks), int(rng.integers(4)))[..., None]
    return rgb * (1 - 0.8 * cover)


def light(rgb: Map, rng: np.random.Generator) -> Map:
    """Light the picture unevenly: gain 0.85 to 1.1, a slope of up to 12 %, a cast of about 3 % per channel."""
    y, x = _ticks(len(rgb))
    heading, slope = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.24)
    ramp = 1 + slope * ((x - 0.5) * np.cos(heading) + (y - 0.5) * np.sin(heading))
    cast = rng.uniform(0.85, 1.1) * (1 + rng.normal(0, 0.03, 3))
    gain: Map = (ramp[..., None] * cast).astype(np.float32)
    return rgb * gain


def tube(rgb: Map, rng: np.random.Generator) -> Map:
    """Darken the corners of one picture in three; half of these show the black ring of the tube."""
    kind = rng.random()
    if kind > 0.34:
        return rgb
    y, x = _ticks(len(rgb))
    radius = np.hypot(x - rng.normal(0.5, 0.02), y - rng.normal(0.5, 0.02)).astype(np.float32)
    if kind > 0.17:
        return rgb * (1 - rng.uniform(0.2, 0.5) * rise(radius, 0.35, 0.75))[..., None]
    edge = rng.uniform(0.5, 0.62)
    return rgb * (1 - 0.96 * rise(radius, edge - 0.012, edge + 0.012))[..., None]


def sensor(rgb: Map, rng: np.random.Generator) -> Map:
    """Add the sensor's noise, a standard deviation of 0.3 to 1.5 % of white."""
    grain = rng.standard_normal(rgb.shape, dtype=np.float32)
    return rgb + rng.uniform(0.003, 0.015) * grain


def _ticks(size_px: int) -> tuple[Map, Map]:
    """Return the pixels' y, (size, 1), and x, (1, size), as shares of the side."""
    ticks = ((np.arange(size_px) + 0.5) / size_px).astype(np.float32)
    return ticks[:, None], ticks[None, :]


NUISANCES: Mapping[str, Callable[[Map, np.random.Generator], Map]] = {
    "hair": hair,
    "bubbles": bubbles,
    "ruler": ruler,
    "light": light,
    "tube": tube,
    "sensor": sensor,
}
