"""From a file's bytes to pixels, in the one way that training, evaluation and prediction share."""

import hashlib
import io
import struct
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from melanoma.config.ingest import Fit
from melanoma.data.measure import THUMBNAIL_PX
from melanoma.data.png_chunks import require_whole_png
from melanoma.errors import ImageUnreadable
from melanoma.fingerprint import digest_value

DRAFT_SCALE = 1.0  # of the side: what the format itself scales down to, at least; the anti-aliased resize does the rest
_FULL_SCALE_16_BIT = 65535
_SRGB = ImageCms.createProfile("sRGB")
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PILLOW_ON_BROKEN_FILES = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    LookupError,
    AttributeError,
    struct.error,
)


@dataclass(frozen=True)
class Decoded:
    """One image.

    Attributes:
        pixels: uint8, [size, size, 3], sRGB.
        pixel_sha256: Their sha256.
        thumbnail: uint8, [64, 64, 3]: the same picture, smaller.
        width: Of the original as stored in the file, in pixels.
        height: Likewise.
        format: The format that the bytes have, whatever the file's name says.
        jpeg_tables: Of a JPEG, 16 hexadecimal digits that tell its quantisation tables, and so its encoder's setting.
    """

    pixels: NDArray[np.uint8]
    pixel_sha256: str
    thumbnail: NDArray[np.uint8]
    width: int
    height: int
    format: str
    jpeg_tables: str | None

    @classmethod
    def black(cls, size_px: int) -> "Decoded":
        """Return a black picture, which stands where an image could not be read."""
        pixels, thumbnail = (np.zeros((side, side, 3), dtype=np.uint8) for side in (size_px, THUMBNAIL_PX))
        return cls(pixels, _digest(pixels), thumbnail, 0, 0, "unknown", None)


def decode_image(content: bytes, size_px: int, max_megapixels: float, fit: Fit = "squash") -> Decoded:
    """Decode one image: down-scaled by the format itself where it can, upright, sRGB, one anti-aliased resize.

    How much damage is noticed depends on the format. A PNG's chunks carry checksums, which are compared. A JPEG, BMP,
    GIF, WebP or TIFF carries none for its pixels: it is refused where it ends too early or makes no sense to its
    decoder, but bytes that were changed into others that can be decoded come out as other pixels.

    Args:
        content: The file's bytes.
        size_px: Side of the result, in pixels.
        max_megapixels: Larger images are refused before they are decoded.
        fit: How the upright picture becomes a square: the whole of it squashed, as the nine-class set is published, or
            its largest centred square, as HAM10000 often is. Where the format scales down by itself, the square is cut
            to within one pixel of the picture as scaled down, which is less than one of the result.

    Returns:
        The pixels and what the file is.

    Raises:
        ImageUnreadable: If the file is no image, is cut off or damaged, or is too large.
    """
    _quieten_pillow()
    try:
        with Image.open(io.BytesIO(content)) as image:
            _require_decodable(image, content, max_megapixels)
            return _decode(image, size_px, fit)
    except ImageUnreadable:
        raise
    except Image.DecompressionBombError as problem:
        raise ImageUnreadable(f"more than ingest.max_megapixels={max_megapixels:g} allows") from problem
    except _PILLOW_ON_BROKEN_FILES as problem:
        raise ImageUnreadable(_reason(problem)) from problem


@cache
def _quieten_pillow() -> None:
    """Silence Pillow's warnings once; the context manager for it does not work in threads."""
    warnings.filterwarnings("ignore", module="PIL")


def _require_decodable(image: Image.Image, content: bytes, max_megapixels: float) -> None:
    width, height = image.size
    if width * height > max_megapixels * 1e6:
        raise ImageUnreadable(f"{width} x {height} pixels, more than ingest.max_megapixels={max_megapixels:g} allows")
    if image.format == "PNG":
        require_whole_png(content)


def _decode(image: Image.Image, size_px: int, fit: Fit) -> Decoded:
    width, height = image.size
    enough_px = int(DRAFT_SCALE * size_px)
    image.draft("RGB", (enough_px, enough_px))
    upright = _upright(image)
    fitted = _middle(upright) if fit == "crop" else upright
    square = _to_srgb(fitted).resize((size_px, size_px), Image.Resampling.BICUBIC)
    small = square.resize((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.BOX)
    pixels, thumbnail = np.asarray(square, dtype=np.uint8), np.asarray(small, dtype=np.uint8)
    return Decoded(pixels, _digest(pixels), thumbnail, width, height, image.format or "unknown", _jpeg_tables(image))


def _digest(pixels: NDArray[np.uint8]) -> str:
    return hashlib.sha256(pixels.data).hexdigest()


def _jpeg_tables(image: Image.Image) -> str | None:
    tables = getattr(image, "quantization", None)
    return _digest_tables(tuple(tuple(tables[key]) for key in sorted(tables))) if tables else None


@lru_cache(maxsize=1024)
def _digest_tables(tables: tuple[tuple[int, ...], ...]) -> str:
    """Tell an encoder's setting; the pictures of one source share few."""
    return digest_value(tables)[:16]


def _upright(image: Image.Image) -> Image.Image:
    """Turn a picture as its EXIF orientation asks; a damaged EXIF block asks for nothing."""
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG)
    except _PILLOW_ON_BROKEN_FILES:
        return image
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def _middle(image: Image.Image) -> Image.Image:
    """Return the largest centred square."""
    side = min(image.size)
    left, top = ((length - side) // 2 for length in image.size)
    return image.crop((left, top, left + side, top + side)) if image.width != image.height else image


def _to_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16") or image.mode == "I":
        grey = np.asarray(image, dtype=np.float64) * (255 / _FULL_SCALE_16_BIT)
        return Image.fromarray(grey.clip(0, 255).round().astype(np.uint8)).convert("RGB")
    if image.mode in {"P", "PA", "LA", "RGBA"}:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        return _through_profile(image, profile)
    return image if image.mode == "RGB" else image.convert("RGB")


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
