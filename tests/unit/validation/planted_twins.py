"""Plant near-duplicates of pictures, and make the manifest that ingest would make of both."""

import io

import numpy as np
import pandas as pd
from PIL import Image

from melanoma.data.decode import decode_image
from melanoma.data.measures.perceptual_hash import MEASURE
from melanoma.fingerprint import digest_bytes

SIZE_PX = 180


def recoloured(picture, random):
    gains = random.choice([0.8, 1.2], 3)
    return Image.fromarray((np.asarray(picture) * gains).clip(0, 255).astype(np.uint8))


def cropped(picture, random):
    left, top = (round(random.uniform(0, 0.05) * side) for side in picture.size)
    width, height = (round(0.95 * side) for side in picture.size)
    return picture.crop((left, top, left + width, top + height))


PLANTS = {
    "rotated": lambda picture, _: picture.transpose(Image.Transpose.ROTATE_90),
    "mirrored": lambda picture, _: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "quality": lambda picture, _: picture,
    "half": lambda picture, _: picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BICUBIC),
    "recoloured": recoloured,
    "cropped": cropped,
    "turned": lambda picture, random: picture.rotate(random.choice([-5, 5]), Image.Resampling.BICUBIC),
}


class Planted:
    """Pictures and one planted form of each: `manifest`, `pixels`, and `sources` by planted id."""

    def __init__(self, paths):
        contents = {path.stem: path.read_bytes() for path in paths}
        self.sources = {}
        for number, path in enumerate(paths):
            kind = list(PLANTS)[number % len(PLANTS)]
            name = f"{path.stem}-{kind}"
            contents[name] = _form_of(path, kind, number)
            self.sources[name] = path.stem
        decoded = [decode_image(content, SIZE_PX, 10) for content in contents.values()]
        self._pixels = np.stack([one.pixels for one in decoded])
        hashes = MEASURE.measure(np.stack([one.thumbnail for one in decoded]))
        sha256 = [digest_bytes(content) for content in contents.values()]
        known = {"image_id": list(contents), "sha256": sha256, "pixel_sha256": sha256}
        sides = {"width": [one.width for one in decoded], "height": [one.height for one in decoded]}
        self.manifest = pd.DataFrame(known | sides).join(hashes)

    def pixels(self, positions):
        return self._pixels[list(positions)]


def _form_of(path, kind, number):
    buffer = io.BytesIO()
    with Image.open(path) as picture:
        made = PLANTS[kind](picture.convert("RGB"), np.random.default_rng(number))
    made.save(buffer, "JPEG", quality=50 if kind == "quality" else 90)
    return buffer.getvalue()
