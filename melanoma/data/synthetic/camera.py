"""Another camera: a colour cast, less light and a softer picture, the same for every picture that it takes."""

import numpy as np
from scipy.ndimage import gaussian_filter

from melanoma.data.synthetic.frame import Map

_CAST = np.array([0.06, -0.04, -0.26], dtype=np.float32)
_DARKER = 0.14
_BLUR_SHARE = 0.012


def take_with_another(rgb: Map, distance: float) -> Map:
    """Take a picture with a camera that is some way from the usual one.

    Args:
        rgb: float32 (size, size, 3), sRGB in about [0, 1], as the usual camera takes it.
        distance: In [0, 1]; at 0 the picture is returned as it is, at 1 blue loses 36 % and a point is smeared over a
            standard deviation of 1.2 % of the side.

    Returns:
        A new picture of the same form.
    """
    if distance == 0:
        return rgb
    gain = (1 + distance * _CAST) * (1 - distance * _DARKER)
    sigma = distance * _BLUR_SHARE * len(rgb)
    return np.asarray(gaussian_filter(rgb * gain.astype(np.float32), (sigma, sigma, 0)), dtype=np.float32)
