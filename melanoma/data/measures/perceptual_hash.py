"""A perceptual hash: what stays of a picture that is turned, mirrored, recoloured, re-encoded or slightly cropped.

It describes the speckle of the power spectrum. A shift does not change the power spectrum, a gain of a colour channel
is a constant in the logarithm of the picture, and a small rotation or scaling moves the spectrum by less than the
width over which it is averaged. Sampled on rings of constant ratio, its logarithm is expanded in cosines along the
radius and harmonics along the angle; the smooth terms, which all dermoscopy pictures share, are left out. Turning or
mirroring a picture then only changes signs, so that one hash stands for all eight symmetric forms (two of which, half
a turn apart, have the same power spectrum).

The log-polar power spectrum is that of Reddy and Chatterji, An FFT-based technique for translation, rotation, and
scale-invariant image registration, IEEE Transactions on Image Processing 5(8), 1996.
"""

from functools import cache

import numpy as np
import pandas as pd
import scipy.fft
import scipy.sparse as sparse
from numpy.typing import NDArray

from melanoma.data.measure import THUMBNAIL_PX, Measure, Thumbnails

PERCEPTUAL_HASH = "perceptual_hash"
Floats = NDArray[np.float32]
Hashes = NDArray[np.int8]

_RINGS, _ANGLES = 12, 12
_INNERMOST, _RATIO = 2.5, 1.19  # cycles per picture; the outermost ring has 17, coarse enough for half the size
_WIDTH, _RELATIVE_WIDTH = 0.3, 0.06  # of the average around a point: 0.06 spans a scaling or a rotation by 3 degrees
_RADIAL, _ANGULAR = 8, 5  # terms of the expansion: finer ones differ between two encodings of a picture
_SMOOTH = (4, 2)  # radial and angular terms below both are shared by most pictures
_RADIAL_WEIGHT, _ANGULAR_WEIGHT = 1.1, 1.18  # per order: high orders vary less between pictures
_DARK = 32  # added before the logarithm, so that noise in black hair and corners does not rule
_BLACK = 24
_LEAST_POWER = 1e-4
_INT8_SCALE = 254.0
_BATCH = 256
_IN_CACHE = 16  # pictures whose intermediate results, some 100 KiB each, stay in a core's cache


def measure(thumbnails: Thumbnails) -> pd.DataFrame:
    """Hash small pictures.

    Args:
        thumbnails: uint8, [n, 64, 64, 3], sRGB.

    Returns:
        One column of n texts, the hexadecimal form of `hash_thumbnails`.
    """
    texts = [row.tobytes().hex() for row in hash_thumbnails(thumbnails)]
    return pd.DataFrame({PERCEPTUAL_HASH: pd.Series(texts, dtype="str")})


def hash_thumbnails(thumbnails: Thumbnails) -> Hashes:
    """Hash small pictures.

    Args:
        thumbnails: uint8, [n, 64, 64, 3], sRGB.

    Returns:
        int8, [n, terms]; all zero for a picture without any texture.
    """
    batches = range(0, len(thumbnails), _BATCH)
    parts = [_hash_batch(thumbnails[start : start + _BATCH]) for start in batches]
    return np.concatenate(parts) if parts else np.zeros((0, len(_terms())), np.int8)


def unpack_hashes(texts: pd.Series) -> Hashes:
    """Read hashes from a manifest's column: int8, [n, terms]; what is missing or malformed is all zero."""
    digits = 2 * len(_terms())
    sound = texts.fillna("").astype("str")
    joined = "".join(sound.where(sound.str.fullmatch(f"[0-9a-f]{{{digits}}}"), "0" * digits))
    return np.frombuffer(bytes.fromhex(joined), np.int8).reshape(len(texts), len(_terms()))


def symmetric_signs() -> Hashes:
    """Return what turns a hash into that of the picture's symmetric forms, by multiplication.

    Returns:
        int8 of -1 and 1, [4, terms]: as it is, turned by 90 degrees, mirrored, and both. Half a turn changes nothing.
    """
    terms = np.array(_terms())
    turned = np.where(terms[:, 1] % 2 == 1, -1, 1)
    mirrored = np.where(terms[:, 2] == 1, -1, 1)
    return np.stack([np.ones_like(turned), turned, mirrored, turned * mirrored]).astype(np.int8)


def _hash_batch(thumbnails: Thumbnails) -> Hashes:
    blocks = range(0, len(thumbnails), _IN_CACHE)
    pictures = np.concatenate([_windowed(thumbnails[start : start + _IN_CACHE]) for start in blocks])
    spectrum = scipy.fft.rfft2(pictures)
    power = (spectrum.real**2 + spectrum.imag**2).reshape(len(pictures), -1)
    has_texture = power.sum(axis=1, keepdims=True) > 1
    expansion = np.log(_rings().dot(power.T).T + _LEAST_POWER) @ _expansion()
    length = np.linalg.norm(expansion, axis=1, keepdims=True)
    unit = expansion / np.where(has_texture & (length > 0), length, np.inf)
    hashes: Hashes = np.clip(np.rint(_INT8_SCALE * unit), -127, 127).astype(np.int8)
    return hashes


def _windowed(thumbnails: Thumbnails) -> Floats:
    """Return logarithmic grey pictures around their mean, fading out towards the border; black fill counts as mean."""
    tones = np.log(np.arange(256, dtype=np.float32) + _DARK) / 3
    red, green, blue = (thumbnails[..., channel] for channel in range(3))  # reductions over three values are slow
    grey = tones[red] + tones[green] + tones[blue]
    weights = (np.maximum(np.maximum(red, green), blue) > _BLACK) * _window()
    total = weights.sum(axis=(1, 2), keepdims=True)
    mean = (grey * weights).sum(axis=(1, 2), keepdims=True) / np.maximum(total, 1e-6)
    windowed: Floats = (grey - mean) * weights
    return windowed


@cache
def _window() -> Floats:
    hann = np.sin(np.pi * (np.arange(THUMBNAIL_PX) + 0.5) / THUMBNAIL_PX) ** 2
    return np.outer(hann, hann).astype(np.float32)


@cache
def _terms() -> tuple[tuple[int, int, int], ...]:
    """Return radial order, angular order and whether it is the sine, for each number of the hash."""
    return tuple(
        (radial, angular, sine)
        for radial in range(_RADIAL)
        for angular in range(_ANGULAR)
        for sine in (0, 1)
        if not (radial < _SMOOTH[0] and angular < _SMOOTH[1]) and (angular > 0 or not sine)
    )


@cache
def _rings() -> sparse.csr_array:
    """Return the weights with which each ring's points average the power spectrum: [points, 64 x 33]."""
    vertical = np.fft.fftfreq(THUMBNAIL_PX, 1 / THUMBNAIL_PX)[:, None]
    horizontal = np.arange(THUMBNAIL_PX // 2 + 1)[None]
    rows = []
    for radius in _INNERMOST * _RATIO ** np.arange(_RINGS):
        for angle in (np.arange(_ANGLES) + 0.5) * np.pi / _ANGLES:
            y, x, width = radius * np.sin(angle), radius * np.cos(angle), _WIDTH + _RELATIVE_WIDTH * radius
            near, opposite = (
                np.exp(-((vertical - s * y) ** 2 + (horizontal - s * x) ** 2) / (2 * width**2)) for s in (1, -1)
            )
            weights = near + opposite
            weights[:, 0] /= 2  # of the other columns, the half of the spectrum that is left out has a copy
            weights = weights.ravel()
            weights[weights < 1e-4 * weights.max()] = 0
            rows.append(weights / weights.sum())
    return sparse.csr_array(np.array(rows, dtype=np.float32))


@cache
def _expansion() -> Floats:
    """Return the orthonormal terms of the expansion, weighted by order: [points, terms]."""
    ring, angle = (np.arange(_RINGS) + 0.5) / _RINGS, (np.arange(_ANGLES) + 0.5) * np.pi / _ANGLES
    columns = []
    for radial, angular, sine in _terms():
        along = (np.sin if sine else np.cos)(2 * angular * angle)
        term = np.outer(np.cos(np.pi * radial * ring), along).ravel()
        weight = _RADIAL_WEIGHT**radial * _ANGULAR_WEIGHT**angular
        columns.append(weight * term / np.linalg.norm(term))
    return np.array(columns, dtype=np.float32).T


MEASURE = Measure((PERCEPTUAL_HASH,), measure)
