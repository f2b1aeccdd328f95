"""Shards: some hundred images of one size in one array, decoded once and mapped into memory by every later stage.

A shard holds contents, not files: a picture that stands in the set under several names is decoded once, and a file that
is renamed or moved is not decoded again.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from melanoma.artifacts.known_digests import look_at
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
_MEASURED_AT_ONCE = 128
_OF_PICTURES = ("pixel_sha256", "width", "height", "format", "jpeg_tables")


@dataclass(frozen=True)
class ShardPlan:
    """The contents that one shard is made from, in order, each with one file that has it."""

    files: tuple[ImageFile, ...]

    @cached_property
    def digest(self) -> str:
        """The sha256 of the contents."""
        return digest_value([image.file.sha256 for image in self.files])


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
    known = set(wanted)
    is_alive = [sha256 in known for sha256 in places["sha256"].tolist()]
    shards = places[["shard"]].assign(alive=is_alive).groupby("shard")["alive"].agg(["sum", "count"])
    alive = shards[shards["sum"] >= _WORTH_KEEPING * shards["count"]]
    small = alive["count"] < _SMALL_SHARE * shard_images
    kept = alive[~small] if small.sum() > _MANY_SMALL else alive
    return [int(shard) for shard in kept.index]


def write_shard(plan: ShardPlan, config: IngestConfig, folder: Path) -> dict[str, int]:
    """Decode a shard's images on all cores and write their pixels and what is known of them.

    Args:
        plan: The contents.
        config: Size and limits.
        folder: Where ``pixels.npy`` (uint8, [n, size, size, 3]) and ``images.parquet`` go. The latter has a row per
            content: what it is, what was measured, and ``row``, -1 with the ``reason`` if it could not be read.

    Returns:
        How many images were read and how many could not be.
    """
    black = Decoded.black(config.size_px)
    rows: list[dict[str, object]] = []
    thumbnails: list[NDArray[np.uint8]] = []
    measured: list[Future[pd.DataFrame]] = []
    with (folder / PIXELS).open("wb") as stream, open_images(plan.files) as read, _own_threads() as pool:
        _write_header(stream, (len(plan.files), *black.pixels.shape))
        for image, outcome in zip(plan.files, pool.map(partial(_try_decode, read, config), plan.files), strict=True):
            picture = black if isinstance(outcome, str) else outcome
            stream.write(picture.pixels.data)
            thumbnails.append(picture.thumbnail)
            rows.append(_describe(image, len(rows), outcome))
            if len(thumbnails) == _MEASURED_AT_ONCE:
                measured.append(pool.submit(_measure, thumbnails))
                thumbnails = []
        tables = [*(found.result() for found in measured), *([_measure(thumbnails)] if thumbnails else [])]
    known = pd.concat([pd.DataFrame(rows), pd.concat(tables, ignore_index=True)], axis=1)
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


@contextmanager
def _own_threads() -> Iterator[ThreadPoolExecutor]:
    """Use every core for images; linear algebra would take them away for threads of its own.

    No more threads than cores: they would take turns at Python's lock, which costs a fifth of the time.
    """
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
        yield pool


def _write_header(stream: BinaryIO, shape: tuple[int, ...]) -> None:
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, header)


def _try_decode(read: Callable[[ImageFile], bytes], config: IngestConfig, image: ImageFile) -> Decoded | str:
    content = _read_unchanged(image, read)
    try:
        return decode_image(content, config.size_px, config.max_megapixels, config.fit)
    except ImageUnreadable as problem:
        return str(problem)


def _describe(image: ImageFile, row: int, outcome: Decoded | str) -> dict[str, object]:
    """Tell what is known of one content: where its pixels are, or, where it could not be read, why."""
    known: dict[str, object] = {"sha256": image.file.sha256, "row": -1, **dict.fromkeys((*_OF_PICTURES, "reason"))}
    if isinstance(outcome, str):
        return known | {"reason": outcome}
    return known | {"row": row} | {name: getattr(outcome, name) for name in _OF_PICTURES}


def _measure(thumbnails: Sequence[NDArray[np.uint8]]) -> pd.DataFrame:
    return measure_thumbnails(np.stack(thumbnails), all_measures())


def _read_unchanged(image: ImageFile, read: Callable[[ImageFile], bytes]) -> bytes:
    """Read a file that the listing has seen: the cache must never hold pixels under another content's key."""
    content, path = read(image), image.root / image.file.name
    if image.file.seen and look_at(path).state == image.file.seen.state:
        return content
    if digest_bytes(content) != image.file.sha256:
        raise SourceError(f"{path}: was changed while the run was reading it; run again")
    return content
