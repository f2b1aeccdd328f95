"""The lesion's outline: asymmetric, irregular, sharp or faded."""

from dataclasses import dataclass

import numpy as np

from melanoma.data.synthetic.frame import Frame, Map
from melanoma.data.synthetic.texture import cloud, rise
from melanoma.data.synthetic.traits import Traits


@dataclass(frozen=True)
class Scene:
    """A lesion's ground on which its structures are drawn.

    Attributes:
        frame: The pixels' lesion coordinates.
        depth: float32 (size, size), about the distance to the border in lesion radii: positive inside, 1 in the centre.
        inside: float32 (size, size) in [0, 1], 1 within the lesion, fading over the border.
    """

    frame: Frame
    depth: Map
    inside: Map


def draw_scene(frame: Frame, look: Traits[float], rng: np.random.Generator) -> Scene:
    """Draw the outline.

    Args:
        frame: The pixels' lesion coordinates.
        look: The lesion's traits; asymmetry, irregularity and edge count here.
        rng: The outline's own stream.

    Returns:
        The scene.
    """
    depth = border_depth(frame, look.asymmetry, look.irregularity, rng)
    return Scene(frame, depth, rise(depth, -look.edge / 2, look.edge / 2))


def border_depth(frame: Frame, asymmetry: float, irregularity: float, rng: np.random.Generator) -> Map:
    """Measure how deep each pixel lies within a distorted ellipse.

    Args:
        frame: The pixels' lesion coordinates.
        asymmetry: Standard deviation of the coarse distortion, in lesion radii.
        irregularity: Standard deviation of the fine distortion, in lesion radii.
        rng: The outline's own stream.

    Returns:
        float32 (size, size), in lesion radii, positive inside.
    """
    stretch = 1 + rng.uniform(0, 0.12 + asymmetry)
    radius = np.hypot(frame.u * stretch, frame.v / stretch)
    coarse = cloud(frame, 1.3, rng) * asymmetry
    fine = cloud(frame, 0.42, rng) * irregularity
    near = np.clip(1.9 - radius, 0, 1)
    depth: Map = 1 - radius + (coarse + fine) * near
    return depth
