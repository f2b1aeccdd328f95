"""The same picture again, turned, mirrored, recoloured, re-encoded, resized or slightly cropped.

A perceptual hash finds candidates, an alignment of the pixels confirms them.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from melanoma.data.grouping import group_images
from melanoma.data.measures.perceptual_hash import PERCEPTUAL_HASH, unpack_hashes
from melanoma.validation.alignment import FINEST_PX, Alignment, align
from melanoma.validation.hash_search import Candidates, find_candidates

PAIR_COLUMNS = ("image_id", "other_id", "relation", "similarity")
LEAST_HASH_SIMILARITY = 0.58
LEAST_AGREEMENT = 0.5
BEYOND_DOUBT = 0.95
"""Similarity of hashes from which a pair is reported without a look at the pixels."""

LEAST_ORIGINAL_PX = 64
"""Files with a shorter side show too little to tell pictures apart, however they are enlarged."""

_MOST_CANDIDATES = 8
_CHUNK = 32
_SYMMETRIES = ((0, 2), (1, 3), (4, 6), (5, 7))
_NAMES = ("", "rotated 180°", "rotated 90°", "rotated 90°", "mirrored", "mirrored", "transposed", "transposed")
_NAME_OF = (0, 2, 1, 3, 4, 6, 5, 7)
_TILT_DEG, _SCALING, _TINT = 1.5, 0.02, 0.06

Pixels = Callable[[Sequence[int]], NDArray[np.uint8]]
_PixelsOf = Callable[[NDArray[np.int64]], NDArray[np.uint8]]


@dataclass(frozen=True)
class _Pair:
    image_id: str
    other_id: str
    relation: str
    similarity: float


def no_pairs() -> pd.DataFrame:
    """Return an empty table of pairs."""
    kinds = {name: "float64" if name == "similarity" else "str" for name in PAIR_COLUMNS}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def find_near_duplicates(manifest: pd.DataFrame, pixels: Pixels | None) -> pd.DataFrame:
    """Find pairs of images that show one picture.

    Identical pictures are no near-duplicates; of several copies, the first stands for all.

    Args:
        manifest: One row per image, with ``sha256``, ``pixel_sha256``, ``width``, ``height`` and ``perceptual_hash``.
        pixels: Returns the pictures of some rows by position. Without it only pairs are reported whose hashes leave no
            doubt; where the pictures are too small to show details, none, because there hashes do not either.

    Returns:
        ``image_id``, ``other_id``, ``relation`` and ``similarity`` in (0, 1] of each pair, ordered by both ids; the
        former id is the smaller. The order of the manifest's rows changes nothing.
    """
    if PERCEPTUAL_HASH not in manifest or manifest.empty:
        return no_pairs()
    positions = _one_of_each_picture(manifest)
    hashes = unpack_hashes(manifest[PERCEPTUAL_HASH].iloc[positions])
    ids = manifest["image_id"].to_numpy()[positions]
    if pixels is None:
        return _table(_by_hash(find_candidates(hashes, BEYOND_DOUBT, _MOST_CANDIDATES), ids))
    if pixels([0]).shape[1] < FINEST_PX:
        return no_pairs()
    candidates = find_candidates(hashes, LEAST_HASH_SIMILARITY, _MOST_CANDIDATES)
    return _table(_confirmed(candidates, ids, lambda some: pixels(positions[some].tolist())))


def _one_of_each_picture(manifest: pd.DataFrame) -> NDArray[np.int64]:
    """Return the positions of images, ordered by id, without copies of an earlier one and without small files."""
    first = manifest["image_id"] == group_images(manifest, ("sha256", "pixel_sha256"))
    is_large = manifest[["width", "height"]].min(axis=1) >= LEAST_ORIGINAL_PX
    order = np.argsort(manifest["image_id"].to_numpy().astype(str), kind="stable")
    return order[(first & is_large).to_numpy()[order]]


def _by_hash(found: Candidates, ids: NDArray[np.object_]) -> Iterator[_Pair]:
    for first, second, similarity in zip(found.first, found.second, found.similarity, strict=True):
        yield _Pair(ids[first], ids[second], "alike by their hashes", round(float(similarity), 4))


def _confirmed(found: Candidates, ids: NDArray[np.object_], pixels: _PixelsOf) -> Iterator[_Pair]:
    """Align candidates on all cores; the matrices are too small for the linear algebra to use threads of its own."""
    chunks = [
        found.take(np.arange(start, min(start + _CHUNK, len(found.first))))
        for start in range(0, len(found.first), _CHUNK)
    ]
    with threadpool_limits(1, "blas"), ThreadPoolExecutor() as pool:
        for pairs in pool.map(lambda some: _confirm(some, ids, pixels), chunks):
            yield from pairs


def _confirm(some: Candidates, ids: NDArray[np.object_], pixels: _PixelsOf) -> list[_Pair]:
    ours, theirs = pixels(some.first), pixels(some.second)
    alignment = align(ours, theirs, [_SYMMETRIES[form] for form in some.form])
    return [
        _Pair(
            ids[some.first[n]],
            ids[some.second[n]],
            _relation(alignment, n, ours[n], theirs[n]),
            round(min(float(alignment.agreement[n]), 1.0), 4),
        )
        for n in map(int, np.flatnonzero(alignment.agreement >= LEAST_AGREEMENT))
    ]


def _relation(alignment: Alignment, pair: int, ours: NDArray[np.uint8], theirs: NDArray[np.uint8]) -> str:
    """Say in words how the second picture came from the first."""
    linear = alignment.affine[pair, :, 1:]
    tilt = np.degrees(np.arctan2(linear[1, 0] - linear[0, 1], linear[0, 0] + linear[1, 1]))
    scaling = np.sqrt(abs(np.linalg.det(linear)))
    tint = theirs.mean(axis=(0, 1)) / np.maximum(ours.mean(axis=(0, 1)), 1)
    said = [
        _NAMES[_NAME_OF[alignment.symmetry[pair]]],
        f"turned by {abs(tilt):.0f}°" if abs(tilt) > _TILT_DEG else "",
        "cropped" if abs(scaling - 1) > _SCALING else "",
        "recoloured" if np.abs(tint - 1).max() > _TINT else "",
    ]
    return ", ".join(filter(None, said)) or "re-encoded"


def _table(pairs: Iterator[_Pair]) -> pd.DataFrame:
    rows = pd.DataFrame([vars(pair) for pair in pairs], columns=list(PAIR_COLUMNS))
    return rows.astype(no_pairs().dtypes.to_dict()).sort_values(["image_id", "other_id"], ignore_index=True)
