"""From a file's bytes to pixels, in the one way that training, evaluation and prediction share."""

import io
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from melanoma.errors import ImageUnreadable

_FULL_SCALE_16_BIT = 65535
_SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True)
class Decoded:
    """One image.

    Attributes:
        pixels: uint8, [size, size, 3], sRGB.
        width: Of the original as stored in the file, in pixels.
        height: Likewise.
        format: The format that the bytes have, whatever the file's name says.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    format: str


def decode_image(content: bytes, size_px: int, max_megapixels: float) -> Decoded:
    """Decode one image: down-scaled by the format itself where it can, upright, sRGB, one anti-aliased resize.

    The whole picture is kept and brought to a square, as the nine-class set is published.

    Args:
        content: The file's bytes.
        size_px: Side of the result, in pixels.
        max_megapixels: Larger images are refused before they are decoded.

    Returns:
        The pixels and what the file is.

    Raises:
        ImageUnreadable: If the file is no image, is cut off, or is too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content)) as image:
                return _decode(image, size_px, max_megapixels)
    except ImageUnreadable:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as problem:
        raise ImageUnreadable(_reason(problem)) from problem


def _decode(image: Image.Image, size_px: int, max_megapixels: float) -> Decoded:
    width, height = image.size
    if width * height > max_megapixels * 1e6:
        raise ImageUnreadable(f"{width} x {height} pixels, more than ingest.max_megapixels={max_megapixels:g} allows")
    image.draft("RGB", (2 * size_px, 2 * size_px))
    upright = ImageOps.exif_transpose(image)
    square = _to_srgb(upright).resize((size_px, size_px), Image.Resampling.BICUBIC)
    return Decoded(np.asarray(square, dtype=np.uint8), width, height, image.format or "unknown")


def _to_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16") or image.mode == "I":
        grey = np.asarray(image, dtype=np.float64) * (255 / _FULL_SCALE_16_BIT)
        return Image.fromarray(grey.clip(0, 255).round().astype(np.uint8)).convert("RGB")
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        return _through_profile(image, profile)
    if image.mode in {"P", "PA", "LA", "RGBA"}:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return image.convert("RGB")


def _through_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert colours by the embedded profile; a broken profile is passed over, as viewers do."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image.convert("RGB")
    return converted if converted is not None else image.convert("RGB")


def _reason(problem: Exception) -> str:
    text = (str(problem).splitlines() or [type(problem).__name__])[0]
    if "cannot identify" in text:
        return "not an image, whatever its name says"
    return f"cannot be decoded: {text}"
