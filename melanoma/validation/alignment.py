"""Lay one picture over another and tell how well their details agree.

Registration is by the inverse compositional algorithm (Baker and Matthews, Lucas-Kanade 20 years on, IJCV 56(3), 2004)
with an affine map, coarse to fine, on logarithmic grey pictures whose mean and contrast are set equal. What is
black or white as fill is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import affine_transform

Pictures = NDArray[np.uint8]
Floats = NDArray[np.float32]

FINEST_PX = 96
"""Side at which details are compared; smaller pictures have none."""

_SIDES = (32, 64, FINEST_PX)
_STEPS = (10, 5, 2)
_LEAST_AGREEMENT = (0.85, 0.6)  # coarse pictures that agree less are not looked at more closely
_FINE, _COARSE = 0.6, (5.0, 4.0, 2.5)  # widths of the band that is compared, in pixels of each side
_LEAST_OVERLAP = 0.45
_LEAST_KNOWN, _LEAST_AROUND = 0.97, 0.9
_NOISE = 1e-4  # variance of a logarithmic tone, below which a block shows nothing
_BLACK, _WHITE, _DARK = 20, 250, 16
_NO_WEIGHT = 1e-12  # adds nothing in float32, where a Gaussian's far tails are subnormal and products 10 times as slow


@dataclass(frozen=True)
class Alignment:
    """How well pairs of pictures agree, and how the second had to be moved.

    Attributes:
        agreement: [pairs], from 0 or below (nothing in common) to 1.
        symmetry: Quarter turns (0-3), and 4 more if it was mirrored after turning, [pairs].
        affine: [pairs, 2, 3]: offset, and the map's columns for y and x, over [-1, 1] of the picture.
    """

    agreement: Floats
    symmetry: NDArray[np.int64]
    affine: NDArray[np.float64]


@dataclass(frozen=True)
class _Tones:
    """Logarithmic grey pictures, 0 at fill, and where they are known (1) or fill (0): [n, size, size] each."""

    grey: Floats
    known: Floats


def align(first: Pictures, second: Pictures, symmetries: Sequence[tuple[int, ...]]) -> Alignment:
    """Align pictures pair by pair.

    The agreement is the geometric mean of two correlations of fine detail inside the overlap: of all blocks together,
    and the mean over blocks, so that a ruler or a rim that two pictures share does not decide.

    Args:
        first: uint8, [pairs, size, size, 3].
        second: Likewise.
        symmetries: For each pair the symmetric forms of the second to try; see `Alignment.symmetry`.

    Returns:
        The alignment of the form that agrees best.
    """
    ours, theirs = _tones(first), _tones(second)
    agreement, symmetry, affine = _best_form(_shrink(ours, 0), _shrink(theirs, 0), symmetries)
    for level, block in ((1, 8), (2, 12)):
        alive = np.flatnonzero(agreement >= _LEAST_AGREEMENT[level - 1])
        agreement[agreement < _LEAST_AGREEMENT[level - 1]] = 0
        if not len(alive):
            break
        a, b = _shrink(ours, level, alive), _turn(_shrink(theirs, level, alive), symmetry[alive])
        affine[alive] = _fit(a, b, affine[alive], _STEPS[level])
        together, each = _correlate(a, b, affine[alive], block)
        agreement[alive] = together if level == 1 else np.sqrt(np.maximum(together, 0) * np.maximum(each, 0))
    return Alignment(agreement, symmetry, affine.reshape(-1, 2, 3))


def _best_form(
    ours: Floats, theirs: Floats, symmetries: Sequence[tuple[int, ...]]
) -> tuple[Floats, NDArray[np.int64], NDArray[np.float64]]:
    """Return agreement, form and map of each pair's best form, on the coarsest level."""
    pair = np.repeat(np.arange(len(ours)), [len(forms) for forms in symmetries])
    form = np.array([form for forms in symmetries for form in forms])
    a, b = ours[pair], _turn(theirs[pair], form)
    affine = _fit(a, b, np.tile(np.array([0.0, 1, 0, 0, 0, 1]), (len(pair), 1)), _STEPS[0])
    agreement = _correlate(a, b, affine, _SIDES[0])[0]
    order = np.lexsort((-agreement, pair))
    best = order[np.unique(pair[order], return_index=True)[1]]
    return agreement[best], form[best], affine[best]


def _tones(pictures: Pictures) -> _Tones:
    tones = (np.log(np.arange(256) + _DARK) / 3).astype(np.float32)
    red, green, blue = (pictures[..., channel] for channel in range(3))  # reductions over three values are slow
    black = np.maximum(np.maximum(red, green), blue) <= _BLACK
    white = np.minimum(np.minimum(red, green), blue) >= _WHITE
    known = (~(black | white)).astype(np.float32)
    return _Tones((tones[red] + tones[green] + tones[blue]) * known, known)


def _shrink(tones: _Tones, level: int, chosen: NDArray[np.int64] | slice = slice(None)) -> Floats:
    """Shrink pictures to a level's side, smoothed, NaN where there is fill.

    All but the coarsest level are freed of what is coarser than a band.
    """
    grey, known, side = tones.grey[chosen], tones.known[chosen], _SIDES[level]
    fine, wide = _smoothing(grey.shape[1], side, _FINE), _smoothing(grey.shape[1], side, _COARSE[level])
    share = fine @ known @ fine.T
    smooth = fine @ grey @ fine.T / np.maximum(share, np.float32(1e-3))
    if level == 0:
        return np.where(share > _LEAST_KNOWN, smooth, np.float32(np.nan))
    around = wide @ known @ wide.T
    band = smooth - wide @ grey @ wide.T / np.maximum(around, np.float32(1e-3))
    return np.where((share > _LEAST_KNOWN) & (around > _LEAST_AROUND), band, np.float32(np.nan))


@cache
def _smoothing(size: int, side: int, width: float) -> Floats:
    """Return the matrix that samples a line of `size` at `side` points through a Gaussian: [side, size]."""
    apart = (np.arange(side) + 0.5)[:, None] - (np.arange(size) + 0.5)[None] * side / size
    weights = np.exp(-((apart / max(width, 0.6 * side / size)) ** 2) / 2)
    weights[weights < _NO_WEIGHT] = 0
    matrix: Floats = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return matrix


def _turn(pictures: Floats, symmetry: NDArray[np.int64]) -> Floats:
    turned = np.empty_like(pictures)
    for form in np.unique(symmetry):
        some = np.rot90(pictures[symmetry == form], form % 4, axes=(1, 2))
        turned[symmetry == form] = some[:, :, ::-1] if form >= 4 else some
    return turned


def _fit(a: Floats, b: Floats, affine: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """Return the maps that lay b over a, [pairs, 6], starting from some."""
    known, template = np.isfinite(a).reshape(len(a), -1), np.nan_to_num(a).reshape(len(a), -1)
    slopes = _slopes(a)
    for _ in range(steps):
        warped, inside = _warp(b, affine)
        weight = (inside & known).astype(np.float32)
        ours, theirs = _centred(template, weight), _centred(warped, weight)
        residual = np.sqrt(_energy(ours) / _energy(theirs)) * theirs - ours
        step = np.linalg.solve(_curvature(slopes, weight), slopes @ residual[..., None])[..., 0]
        affine = _compose(affine, np.clip(step, -0.2, 0.2))
    return affine


def _slopes(pictures: Floats) -> Floats:
    """Return how each pixel changes with each of the map's six numbers: [n, 6, pixels], 0 beside fill."""
    line = _line(pictures.shape[1])
    down, across = np.nan_to_num(np.gradient(pictures, float(line[1] - line[0]), axis=(1, 2)))
    y, x = line[None, :, None], line[None, None, :]
    parts = np.stack([down, down * y, down * x, across, across * y, across * x], axis=1)
    return parts.reshape(len(pictures), 6, -1).astype(np.float32)


def _line(side: int) -> Floats:
    """Return the places of a line's pixels over [-1, 1]."""
    return ((np.arange(side) + 0.5) / side * 2 - 1).astype(np.float32)


def _curvature(slopes: Floats, weight: Floats) -> NDArray[np.float64]:
    products = ((slopes * weight[:, None]) @ slopes.transpose(0, 2, 1)).astype(np.float64)
    damping = 1e-3 * np.trace(products, axis1=1, axis2=2) / 6 + 1e-6
    return np.asarray(products + damping[:, None, None] * np.eye(6))


def _centred(pictures: Floats, weight: Floats) -> Floats:
    mean = (weight * pictures).sum(axis=1, keepdims=True) / (weight.sum(axis=1, keepdims=True) + 1e-6)
    centred: Floats = weight * (pictures - mean)
    return centred


def _energy(pictures: Floats) -> Floats:
    energy: Floats = (pictures**2).sum(axis=1, keepdims=True) + np.float32(1e-6)
    return energy


def _compose(affine: NDArray[np.float64], step: NDArray[np.float64]) -> NDArray[np.float64]:
    """Undo a step of the template within the maps."""
    small = _matrices(step)
    small[:, [0, 1], [0, 1]] += 1
    return (_matrices(affine) @ np.linalg.inv(small))[:, :2, [2, 0, 1]].reshape(-1, 6)


def _matrices(affine: NDArray[np.float64]) -> NDArray[np.float64]:
    matrices = np.zeros((len(affine), 3, 3))
    matrices[:, 2, 2] = 1
    matrices[:, :2, [2, 0, 1]] = affine.reshape(-1, 2, 3)
    return matrices


def _warp(pictures: Floats, affine: NDArray[np.float64]) -> tuple[Floats, NDArray[np.bool_]]:
    """Sample pictures under a map, bilinearly: values, and whether they are known, each [n, pixels]."""
    side = pictures.shape[1]
    first, rest = affine.reshape(-1, 2, 3)[:, :, 0], affine.reshape(-1, 2, 3)[:, :, 1:]
    middle = (side - 1) / 2
    offset = first * side / 2 + middle - rest.sum(axis=2) * middle
    warped = np.empty_like(pictures)
    for picture, matrix, start, target in zip(pictures, rest, offset, warped, strict=True):
        affine_transform(picture, matrix, start, output=target, order=1, cval=np.nan, prefilter=False)
    flat = warped.reshape(len(pictures), -1)
    known = np.isfinite(flat)
    return np.where(known, flat, np.float32(0)), known


def _correlate(a: Floats, b: Floats, affine: NDArray[np.float64], block: int) -> tuple[Floats, Floats]:
    """Return the correlation of all blocks together and the mean over blocks, each [pairs]; 0 without overlap."""
    side = a.shape[1]
    theirs, inside = _warp(b, affine)
    weight = (inside.reshape(a.shape) & np.isfinite(a)).astype(np.float32)
    ours, theirs = np.nan_to_num(a) * weight, theirs.reshape(a.shape) * weight
    blocks = np.kron(np.eye(side // block, dtype=np.float32), np.ones(block, np.float32))
    size, sum_ours, sum_theirs, squares_ours, squares_theirs, products = (
        blocks @ part @ blocks.T for part in (weight, ours, theirs, ours**2, theirs**2, ours * theirs)
    )
    counts = size > block * block / 3
    size = np.maximum(size, 1)
    energy_ours = np.maximum(squares_ours - sum_ours**2 / size, 0) * counts
    energy_theirs = np.maximum(squares_theirs - sum_theirs**2 / size, 0) * counts
    shared = (products - sum_ours * sum_theirs / size) * counts
    each = shared / np.sqrt(energy_ours * energy_theirs + _NOISE**2 * size**2)
    everywhere = np.sqrt(energy_ours.sum(axis=(1, 2)) * energy_theirs.sum(axis=(1, 2))) + _NOISE
    share = counts.mean(axis=(1, 2))
    together, mean = (
        shared.sum(axis=(1, 2)) / everywhere,
        each.sum(axis=(1, 2)) / np.maximum(counts.sum(axis=(1, 2)), 1),
    )
    return np.where(share >= _LEAST_OVERLAP, together, 0), np.where(share >= _LEAST_OVERLAP, mean, 0)
