"""One picture: a view of a lesion on a patient's skin, as a JPEG file's bytes."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from melanoma.data.synthetic.camera import take_with_another
from melanoma.data.synthetic.frame import Frame, draw_view
from melanoma.data.synthetic.lesion import Nature, draw_lesion
from melanoma.data.synthetic.nuisance import add_nuisances
from melanoma.data.synthetic.skin import skin_tone, skin_type
from melanoma.seeding import generator


@dataclass(frozen=True)
class Subject:
    """What a picture shows, and the seeds that decide how.

    Attributes:
        diagnosis: A key of `DIAGNOSES`.
        patient_seed: Decides the skin.
        lesion_seed: Decides the lesion, the same in all its views.
        view_seed: Decides how the camera is held, light, hair and compression.
        fading: How far the lesion fades into the skin, in [0, 1].
        camera: How far the camera is from the usual one, in [0, 1].
    """

    diagnosis: str
    patient_seed: int
    lesion_seed: int
    view_seed: int
    fading: float = 0
    camera: float = 0

    @property
    def fitzpatrick_skin_type(self) -> str:
        """The type of the patient's skin, I to VI."""
        return skin_type(generator(self.patient_seed, "skin"))


def draw_picture(subject: Subject, size_px: int) -> NDArray[np.uint8]:
    """Draw one picture.

    Args:
        subject: What it shows.
        size_px: Side, in pixels.

    Returns:
        uint8 (size_px, size_px, 3), sRGB.
    """
    radius_share = generator(subject.lesion_seed, "size").uniform(0.22, 0.36)
    view = draw_view(radius_share, generator(subject.view_seed, "view"))
    tone = skin_tone(generator(subject.patient_seed, "skin"))
    nature = Nature(subject.diagnosis, subject.lesion_seed, subject.fading)
    rgb = draw_lesion(Frame(view, size_px), nature, tone)
    taken = take_with_another(add_nuisances(rgb, subject.view_seed), subject.camera)
    return (np.clip(taken, 0, 1) * 255 + 0.5).astype(np.uint8)


def encode_picture(subject: Subject, size_px: int) -> bytes:
    """Draw one picture and return its JPEG bytes, at a quality of 70 to 95."""
    quality = int(generator(subject.view_seed, "quality").integers(70, 96))
    stream = io.BytesIO()
    Image.fromarray(draw_picture(subject, size_px)).save(stream, "JPEG", quality=quality)
    return stream.getvalue()
