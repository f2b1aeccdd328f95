"""A picture that was stored as a JPEG of low quality on its way."""

from io import BytesIO

import numpy as np
from PIL import Image

from melanoma.augmentation.perturbation import Perturbation, Picture


def compress(picture: Picture, strength: float) -> Picture:
    """Encode as JPEG and decode again.

    Args:
        picture: uint8, [size, size, 3].
        strength: The encoder's quality, 1 to 95.
    """
    stream = BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=round(strength))
    with Image.open(stream) as stored:
        return np.asarray(stored.convert("RGB"))


PERTURBATION = Perturbation("jpeg", compress)
