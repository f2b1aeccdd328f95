"""Features of a frozen network: passed through it once for each image and view, and mapped into memory ever after.

They are kept as float32: 1,280 features of all eight views take 41 KB an image, less than a third of the 150 KB of its
pixels at 224, and float16 would move them by 0.05 %, more than two ways to compute a pass are apart.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from melanoma.data.symmetries import turn
from melanoma.fingerprint import digest_value
from melanoma.models.catalog import backbone_of, parts_of
from melanoma.models.forward import fast_forward

FEATURES, ROWS = "features.npy", "rows.npy"
_BATCH = 32
_ENGINES_KEPT = 4
_BUILDING = Lock()


@dataclass(frozen=True)
class FrozenNetwork:
    """A pretrained network without its head.

    Attributes:
        name: Its name in the catalog.
        weights: The file of its weights; None: where they come from by themselves.
        weights_digest: What names the weights.
    """

    name: str
    weights: str | None
    weights_digest: str


@dataclass(frozen=True)
class FeaturePlan:
    """The features to make from one shard of pixels.

    Attributes:
        network: Whose.
        views: Numbers of the symmetries to look at.
        rows: The rows of the shard that take part, in order.
    """

    network: FrozenNetwork
    views: tuple[int, ...]
    rows: tuple[int, ...]

    @cached_property
    def digest(self) -> str:
        """The sha256 of network, weights, views and rows; where the file of weights lies does not matter."""
        return digest_value([self.network.name, self.network.weights_digest, list(self.views), list(self.rows)])


@dataclass(frozen=True)
class FeatureShard:
    """Features of some rows of a shard.

    Attributes:
        values: float32, [views, rows, features], mapped into memory.
        rows: The rows' numbers in the shard of pixels, rising.
    """

    values: NDArray[np.float32]
    rows: NDArray[np.int64]


class _Engine:
    """A network that pictures pass through, one shard at a time: that keeps every core busy by itself."""

    def __init__(self, network: FrozenNetwork, size_px: int) -> None:
        keras.mixed_precision.set_global_policy("float32")
        model = backbone_of(network.name).build(size_px, network.weights)
        self.features = int(model.output_shape[-1])
        self._forward = fast_forward(model)
        self._turn = Lock()

    def pass_through(
        self, batches: Iterable[NDArray[np.uint8]], into: Iterable[NDArray[np.float32]], clock: Callable[[], float]
    ) -> float:
        """Write the features of each batch, [n, features], to its place; return the seconds that they took."""
        with self._turn:
            start = clock()
            for features, place in zip(self._forward.map(batches), into, strict=True):
                place[:] = features
            return clock() - start


def find_frozen(name: str, weights: str | None) -> tuple[FrozenNetwork, ...]:
    """Return the frozen networks that a name joins with ``+``.

    Args:
        name: The networks' names.
        weights: File of weights, if any.

    Raises:
        ConfigError: If one does not exist or has no pretrained part.
    """
    return tuple(FrozenNetwork(part, weights, backbone_of(part).weights_digest(weights)) for part in parts_of(name))


def write_features(
    pixels: NDArray[np.uint8], plan: FeaturePlan, folder: Path, clock: Callable[[], float]
) -> dict[str, Any]:
    """Pass the views of some rows of a shard through a network.

    Args:
        pixels: The shard: uint8, [n, size, size, 3].
        plan: Network, views and rows.
        folder: Where ``features.npy``, float32, [views, rows, features], and ``rows.npy``, int64, [rows], go.
        clock: Gives the time in seconds.

    Returns:
        How many passes were made, and in how many seconds.
    """
    engine = _engine_of(plan.network, int(pixels.shape[1]))
    shape = (len(plan.views), len(plan.rows), engine.features)
    values = np.lib.format.open_memmap(folder / FEATURES, mode="w+", dtype=np.float32, shape=shape)
    rows = np.array(plan.rows, dtype=np.int64)
    cuts = [
        (place, slice(start, start + _BATCH))
        for start in range(0, len(rows), _BATCH)
        for place in range(len(plan.views))
    ]
    pictures = (turn(pixels[rows[cut]], plan.views[place]) for place, cut in cuts)
    seconds = engine.pass_through(pictures, (values[place, cut] for place, cut in cuts), clock)
    values.flush()
    np.save(folder / ROWS, rows, allow_pickle=False)
    return {"passes": shape[0] * shape[1], "seconds": round(seconds, 3)}


def open_features(folder: Path) -> FeatureShard:
    """Map the features of a shard into memory, read-only."""
    values, rows = (np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in (FEATURES, ROWS))
    return FeatureShard(values, rows)


def gather_features(
    places: Mapping[tuple[str, int], NDArray[np.intp]],
    shard_rows: NDArray[np.int64],
    shards: Mapping[tuple[str, int], tuple[FeatureShard, ...]],
) -> NDArray[np.float32]:
    """Copy the features of examples out of their shards, those of several networks side by side.

    Args:
        places: Positions of the examples, by the shard of pixels that each is in; together 0 to n - 1.
        shard_rows: Each example's row in its shard, [n].
        shards: Features of each shard, one entry for each network.

    Returns:
        float32, [views, n, features].
    """
    first = next(iter(shards.values()))
    width = sum(shard.values.shape[2] for shard in first)
    gathered = np.empty((first[0].values.shape[0], len(shard_rows), width), dtype=np.float32)
    for place, positions in places.items():
        column = 0
        for shard in shards[place]:
            found = np.searchsorted(shard.rows, shard_rows[positions])
            end = column + shard.values.shape[2]
            gathered[:, positions, column:end] = shard.values[:, found]
            column = end
    return gathered


def _engine_of(network: FrozenNetwork, size_px: int) -> _Engine:
    """Return this process' one engine for a network and a size; two shards that ask at once share it."""
    with _BUILDING:
        return _build_engine(network, size_px)


@lru_cache(maxsize=_ENGINES_KEPT)
def _build_engine(network: FrozenNetwork, size_px: int) -> _Engine:
    return _Engine(network, size_px)
