"""The patient's skin around and beneath the lesion."""

import numpy as np
from numpy.typing import NDArray

from melanoma.data.synthetic.frame import Frame, Map
from melanoma.data.synthetic.texture import cloud

_PALE = np.array([0.90, 0.74, 0.66], dtype=np.float32)
_DEEP = np.array([0.55, 0.38, 0.29], dtype=np.float32)
_DEEPEST_OF_TYPE = {"I": 0.08, "II": 0.25, "III": 0.45, "IV": 0.62, "V": 0.8, "VI": 1.0}
_BLUSH = np.array([-0.3, -1, -0.8], dtype=np.float32)


def skin_tone(rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw a patient's skin colour, mostly pale as in the ISIC archive; float32 (3,), sRGB in [0, 1]."""
    depth = _draw_depth(rng)
    tint = rng.normal(0, 0.018, 3).astype(np.float32)
    return _PALE + depth * (_DEEP - _PALE) + tint


def skin_type(rng: np.random.Generator) -> str:
    """Return the Fitzpatrick type, I to VI, of the skin whose colour `skin_tone` draws from the same stream."""
    depth = _draw_depth(rng)
    return next(name for name, deepest in _DEEPEST_OF_TYPE.items() if depth <= deepest)


def skin(frame: Frame, tone: NDArray[np.float32], rng: np.random.Generator) -> Map:
    """Draw bare skin: faint creases, and blotches that are darker and redder.

    Args:
        frame: The pixels' lesion coordinates.
        tone: float32 (3,), sRGB in [0, 1].
        rng: The lesion's stream for its skin.

    Returns:
        float32 (size, size, 3), sRGB in about [0, 1].
    """
    creases = 0.014 * cloud(frame, 0.12, rng)
    blush = 0.02 * cloud(frame, 0.8, rng)
    return (1 + creases)[..., None] * tone + blush[..., None] * _BLUSH


def _draw_depth(rng: np.random.Generator) -> float:
    """Draw how dark a skin is, in [0, 1]."""
    return float(rng.beta(1.3, 3.2))
