"""Shards: some hundred images of one size in one array, decoded once and mapped into memory by every later stage."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.config.ingest import IngestConfig
from melanoma.data.decode import Decoded, decode_image
from melanoma.data.listing import SourceFile
from melanoma.data.measure import THUMBNAIL_PX, all_measures, measure_thumbnails
from melanoma.errors import ImageUnreadable, SourceError
from melanoma.fingerprint import digest_bytes, digest_value

PIXELS = "pixels.npy"
IMAGES = "images.parquet"


@dataclass(frozen=True)
class ShardPlan:
    """The files that one shard is made from, in the order of their contents.

    Attributes:
        index: The shard's place in the set.
        root: The source folder.
        files: Its files.
    """

    index: int
    root: Path
    files: tuple[SourceFile, ...]

    @cached_property
    def digest(self) -> str:
        """The sha256 of the contents; a file that is renamed within its shard is not decoded again."""
        return digest_value([file.sha256 for file in self.files])


@dataclass(frozen=True)
class ShardRow:
    """What is known of one image after decoding; ``row`` is -1 and ``reason`` says why if it could not be read."""

    row: int
    pixel_sha256: str | None = None
    width: int | None = None
    height: int | None = None
    format: str | None = None
    jpeg_tables: str | None = None
    reason: str | None = None


def plan_shards(root: Path, files: Sequence[SourceFile], shard_images: int) -> list[ShardPlan]:
    """Divide files over shards by the hash of their names.

    The number of shards is a power of two that leaves between one and two times ``shard_images`` in each, so that a
    file stays in its shard while others come and go, and only doubling the set makes new shards of all of it.

    Args:
        root: The source folder.
        files: All image files.
        shard_images: Images per shard, about.

    Returns:
        The shards that have files, in order.
    """
    count = 1
    while 2 * count * shard_images <= len(files):
        count *= 2
    members: dict[int, list[SourceFile]] = {}
    for file in sorted(files, key=lambda file: (file.sha256, file.name)):
        members.setdefault(_bucket(file.name, count), []).append(file)
    return [ShardPlan(bucket, root, tuple(members[bucket])) for bucket in sorted(members)]


def write_shard(plan: ShardPlan, config: IngestConfig, folder: Path) -> dict[str, int]:
    """Decode a shard's images on all cores and write their pixels and what is known of them.

    Args:
        plan: The files.
        config: Size and limits.
        folder: Where ``pixels.npy`` (uint8, [n, size, size, 3]) and ``images.parquet`` (a row per file) go.

    Returns:
        How many images were read and how many could not be.
    """
    size = config.size_px
    rows: list[ShardRow] = []
    thumbnails = np.zeros((len(plan.files), THUMBNAIL_PX, THUMBNAIL_PX, 3), dtype=np.uint8)
    pixels = np.lib.format.open_memmap(
        folder / PIXELS, mode="w+", dtype=np.uint8, shape=(len(plan.files), size, size, 3)
    )
    with ThreadPoolExecutor() as pool:
        for number, outcome in enumerate(pool.map(lambda file: _try_decode(plan.root, file, config), plan.files)):
            rows.append(_keep(outcome, number, pixels, thumbnails))
    pixels.flush()
    measured = measure_thumbnails(thumbnails, all_measures())
    pd.concat([pd.DataFrame([asdict(row) for row in rows]), measured], axis=1).to_parquet(folder / IMAGES, index=False)
    unreadable = sum(row.reason is not None for row in rows)
    return {"images": len(plan.files) - unreadable, "unreadable": unreadable}


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


def _bucket(name: str, count: int) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % count


def _try_decode(root: Path, file: SourceFile, config: IngestConfig) -> Decoded | str:
    content = _read_unchanged(root / file.name, file.sha256)
    try:
        return decode_image(content, config.size_px, config.max_megapixels)
    except ImageUnreadable as problem:
        return str(problem)


def _read_unchanged(path: Path, sha256: str) -> bytes:
    """Read a file that the listing has seen: the cache must never hold pixels under another content's key."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise SourceError(f"{path}: cannot be read ({problem.strerror}); put it back and run again") from problem
    if digest_bytes(content) != sha256:
        raise SourceError(f"{path}: was changed while the run was reading it; run again")
    return content


def _keep(outcome: Decoded | str, number: int, pixels: NDArray[np.uint8], thumbnails: NDArray[np.uint8]) -> ShardRow:
    """Put one image's pixels in its row; an unreadable one leaves its row black and says why."""
    if isinstance(outcome, str):
        return ShardRow(row=-1, reason=outcome)
    pixels[number], thumbnails[number] = outcome.pixels, outcome.thumbnail
    digest = digest_bytes(outcome.pixels.tobytes())
    return ShardRow(number, digest, outcome.width, outcome.height, outcome.format, outcome.jpeg_tables)
