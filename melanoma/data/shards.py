"""Shards: some hundred images of one size in one array, decoded once and mapped into memory by every later stage.

A shard holds contents, not files: a picture that stands in the set under several names is decoded once, and a file that
is renamed or moved is not decoded again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.config.ingest import IngestConfig
from melanoma.data.decode import Decoded, decode_image
from melanoma.data.measure import all_measures, measure_thumbnails
from melanoma.data.sources import ImageFile, open_images
from melanoma.errors import ImageUnreadable, SourceError
from melanoma.fingerprint import digest_bytes, digest_value

PIXELS = "pixels.npy"
IMAGES = "images.parquet"
_WORTH_KEEPING = 0.5
_SMALL_SHARE, _MANY_SMALL = 0.125, 8
_AT_ONCE = 64


@dataclass(frozen=True)
class ShardPlan:
    """The contents that one shard is made from, in order, each with one file that has it."""

    files: tuple[ImageFile, ...]

    @cached_property
    def digest(self) -> str:
        """The sha256 of the contents."""
        return digest_value([image.file.sha256 for image in self.files])


@dataclass(frozen=True)
class ShardRow:
    """What is known of one content after decoding; ``row`` is -1 and ``reason`` says why if it could not be read."""

    sha256: str
    row: int
    pixel_sha256: str | None = None
    width: int | None = None
    height: int | None = None
    format: str | None = None
    jpeg_tables: str | None = None
    reason: str | None = None


def plan_shards(files: Sequence[ImageFile], shard_images: int) -> list[ShardPlan]:
    """Divide contents over shards of about equal size.

    Args:
        files: Image files; of several with the same content the first counts.
        shard_images: Images per shard, at most.

    Returns:
        The shards, each in the order of its contents' digests.
    """
    by_content: dict[str, ImageFile] = {}
    for image in files:
        by_content.setdefault(image.file.sha256, image)
    ordered = [by_content[sha256] for sha256 in sorted(by_content)]
    count = -(-len(ordered) // shard_images)
    bounds = [len(ordered) * n // count for n in range(count + 1)] if count else [0]
    return [ShardPlan(tuple(ordered[low:high])) for low, high in pairwise(bounds)]


def keep_shards(places: pd.DataFrame, wanted: Iterable[str], shard_images: int) -> list[int]:
    """Choose which shards of an earlier ingest are used again.

    A shard is kept while half of its contents are still in the set. Where additions have left many small shards, the
    small ones are not kept, so that their contents come together in a new one.

    Args:
        places: ``sha256`` and ``shard`` of each content of the earlier ingest.
        wanted: The contents of the set as it is now.
        shard_images: Images per shard, at most.

    Returns:
        The numbers of the shards, in order.
    """
    shards = places.assign(alive=places["sha256"].isin(set(wanted))).groupby("shard")["alive"].agg(["sum", "count"])
    alive = shards[shards["sum"] >= _WORTH_KEEPING * shards["count"]]
    small = alive["count"] < _SMALL_SHARE * shard_images
    kept = alive[~small] if small.sum() > _MANY_SMALL else alive
    return [int(shard) for shard in kept.index]


def write_shard(plan: ShardPlan, config: IngestConfig, folder: Path) -> dict[str, int]:
    """Decode a shard's images on all cores and write their pixels and what is known of them.

    Args:
        plan: The contents.
        config: Size and limits.
        folder: Where ``pixels.npy`` (uint8, [n, size, size, 3]) and ``images.parquet`` (a row per content) go.

    Returns:
        How many images were read and how many could not be.
    """
    black = Decoded.black(config.size_px)
    tables = []
    with (folder / PIXELS).open("wb") as stream, open_images(plan.files) as read, ThreadPoolExecutor() as pool:
        _write_header(stream, (len(plan.files), *black.pixels.shape))
        for start in range(0, len(plan.files), _AT_ONCE):
            images = plan.files[start : start + _AT_ONCE]
            outcomes = list(pool.map(lambda image: _try_decode(image, read, config), images))
            pictures = [black if isinstance(outcome, str) else outcome for outcome in outcomes]
            stream.writelines(picture.pixels.data for picture in pictures)
            rows = [_describe(image, start + n, outcomes[n]) for n, image in enumerate(images)]
            thumbnails = np.stack([picture.thumbnail for picture in pictures])
            tables.append(pd.concat([pd.DataFrame(rows), measure_thumbnails(thumbnails, all_measures())], axis=1))
    known = pd.concat(tables, ignore_index=True)
    known.to_parquet(folder / IMAGES, index=False)
    unreadable = int(known["reason"].notna().sum())
    return {"images": len(known) - unreadable, "unreadable": unreadable}


def open_pixels(folder: Path) -> NDArray[np.uint8]:
    """Map a shard's pixels into memory, read-only: uint8, [n, size, size, 3]."""
    pixels: NDArray[np.uint8] = np.load(folder / PIXELS, mmap_mode="r", allow_pickle=False)
    return pixels


def gather(shards: Mapping[int, NDArray[np.uint8]], places: Iterable[tuple[int, int]]) -> NDArray[np.uint8]:
    """Copy some images out of their shards.

    Args:
        shards: Pixels by shard number.
        places: Shard and row of each image.

    Returns:
        uint8, [images, size, size, 3].
    """
    return np.stack([shards[shard][row] for shard, row in places])


def _write_header(stream: BinaryIO, shape: tuple[int, ...]) -> None:
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, header)


def _describe(image: ImageFile, row: int, outcome: Decoded | str) -> ShardRow:
    sha256 = image.file.sha256
    if isinstance(outcome, str):
        return ShardRow(sha256, -1, reason=outcome)
    properties = (outcome.width, outcome.height, outcome.format, outcome.jpeg_tables)
    return ShardRow(sha256, row, outcome.pixel_sha256, *properties)


def _try_decode(image: ImageFile, read: Callable[[ImageFile], bytes], config: IngestConfig) -> Decoded | str:
    content = _read_unchanged(image, read)
    try:
        return decode_image(content, config.size_px, config.max_megapixels)
    except ImageUnreadable as problem:
        return str(problem)


def _read_unchanged(image: ImageFile, read: Callable[[ImageFile], bytes]) -> bytes:
    """Read a file that the listing has seen: the cache must never hold pixels under another content's key."""
    content = read(image)
    if digest_bytes(content) != image.file.sha256:
        raise SourceError(f"{image.root / image.file.name}: was changed while the run was reading it; run again")
    return content
