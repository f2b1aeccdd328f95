"""Features of a frozen network: passed through it once for each image and view, and mapped into memory ever after.

They are kept as float32: 1,280 features of all eight views take 41 KB an image, less than a third of the 150 KB of its
pixels at 224, and float16 would move them by 0.05 %, more than two ways to compute a pass are apart.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from melanoma.data.mapped_array import make_mapped
from melanoma.data.symmetries import turn
from melanoma.fingerprint import digest_value
from melanoma.models.catalog import backbone_of, parts_of
from melanoma.models.forward import fast_forward

FEATURES, PLAN = "features.npy", "plan.json"
_BATCH = 32
_ENGINES_KEPT = 4
_BUILDING = Lock()
_PASSING = Lock()
Clock = Callable[[], float]
Cut = tuple[int, NDArray[np.intp]]  # a view's place and positions of rows


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
        rows: The rows of the shard that take part, rising.
    """

    network: FrozenNetwork
    views: tuple[int, ...]
    rows: tuple[int, ...]

    @cached_property
    def digest(self) -> str:
        """The sha256 of network, weights, views and rows; where the file of weights lies does not matter."""
        return digest_value([self.digest_of_network, list(self.views), list(self.rows)])

    @property
    def digest_of_network(self) -> str:
        """The sha256 of network and weights."""
        return digest_value([self.network.name, self.network.weights_digest])


@dataclass(frozen=True)
class FeatureShard:
    """Features of some rows of a shard.

    Attributes:
        values: float32, [views, rows, features], mapped into memory.
        plan: Which views and rows they are of, and which network's they are.
    """

    values: NDArray[np.float32]
    plan: FeaturePlan


class _Engine:
    """A network that pictures pass through; one shard of one network at a time keeps every core busy by itself."""

    def __init__(self, network: FrozenNetwork, size_px: int) -> None:
        keras.mixed_precision.set_global_policy("float32")
        model = backbone_of(network.name).build_frozen(size_px, network.weights)
        self.features = int(model.output_shape[-1])
        self._forward = fast_forward(model)

    def pass_through(
        self, pictures: Iterable[NDArray[np.uint8]], values: NDArray[np.float32], cuts: Sequence[Cut], clock: Clock
    ) -> float:
        """Write the features of each batch of pictures to its cut of the values; return the seconds that they took."""
        with _PASSING:
            start = clock()
            for features, (place, rows) in zip(self._forward.map(pictures), cuts, strict=True):
                values[place, rows] = features
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
    pixels: NDArray[np.uint8], plan: FeaturePlan, earlier: Sequence[FeatureShard], folder: Path, clock: Clock
) -> dict[str, Any]:
    """Pass the views of some rows of a shard through a network, each that has not passed through it before.

    Args:
        pixels: The shard: uint8, [n, size, size, 3].
        plan: Network, views and rows.
        earlier: What was made of the same shard before, for other rows, views or networks.
        folder: Where ``features.npy``, float32, [views, rows, features], and ``plan.json`` go.
        clock: Gives the time in seconds.

    Returns:
        How many passes were made, and in how many seconds.
    """
    engine = _engine_of(plan.network, int(pixels.shape[1]))
    shape = (len(plan.views), len(plan.rows), engine.features)
    values = make_mapped(folder / FEATURES, np.float32, shape)
    missing = np.ones(shape[:2], dtype=bool)
    for shard in earlier:
        if shard.plan.digest_of_network == plan.digest_of_network:
            _copy_known(shard, plan, values, missing)
    cuts = [
        (place, rows[start : start + _BATCH])
        for place, rows in enumerate(np.flatnonzero(row) for row in missing)
        for start in range(0, len(rows), _BATCH)
    ]
    numbers = np.array(plan.rows, dtype=np.int64)
    pictures = (turn(pixels[numbers[rows]], plan.views[place]) for place, rows in cuts)
    seconds = engine.pass_through(pictures, values, cuts, clock)
    values.flush()
    (folder / PLAN).write_text(json.dumps(asdict(plan) | {"network": asdict(replace(plan.network, weights=None))}))
    return {"passes": int(missing.sum()), "seconds": round(seconds, 3)}


def open_features(folder: Path) -> FeatureShard:
    """Map the features of a shard into memory, read-only."""
    said = json.loads((folder / PLAN).read_text())
    plan = FeaturePlan(FrozenNetwork(**said["network"]), tuple(said["views"]), tuple(said["rows"]))
    return FeatureShard(np.load(folder / FEATURES, mmap_mode="r", allow_pickle=False), plan)


def gather_features(
    places: Mapping[tuple[str, int], NDArray[np.intp]],
    shard_rows: NDArray[np.int64],
    shards: Mapping[tuple[str, int], tuple[FeatureShard, ...]],
    beside: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Copy the features of examples out of their shards, those of several networks side by side.

    Args:
        places: Positions of the examples, by the shard of pixels that each is in; together 0 to n - 1.
        shard_rows: Each example's row in its shard, [n].
        shards: Features of each shard, one entry for each network.
        beside: What goes behind them, float32, [views, n, columns]; there may be no column.

    Returns:
        float32, [views, n, features + columns].
    """
    first = next(iter(shards.values()))
    width = sum(shard.values.shape[2] for shard in first) + beside.shape[2]
    gathered = np.empty((first[0].values.shape[0], len(shard_rows), width), dtype=np.float32)
    for place, positions in places.items():
        column = 0
        for shard in shards[place]:
            found = np.searchsorted(shard.plan.rows, shard_rows[positions])
            end = column + shard.values.shape[2]
            gathered[:, positions, column:end] = shard.values[:, found]
            column = end
    gathered[:, :, width - beside.shape[2] :] = beside
    return gathered


def _copy_known(
    earlier: FeatureShard, plan: FeaturePlan, values: NDArray[np.float32], missing: NDArray[np.bool_]
) -> None:
    """Copy what an earlier plan of the same shard and network has of this one; it is no longer missing."""
    _, mine, theirs = np.intersect1d(plan.rows, earlier.plan.rows, assume_unique=True, return_indices=True)
    for place, view in enumerate(plan.views):
        if view in earlier.plan.views:
            values[place, mine] = earlier.values[earlier.plan.views.index(view), theirs]
            missing[place, mine] = False


def _engine_of(network: FrozenNetwork, size_px: int) -> _Engine:
    """Return this process' one engine for a network and a size; two shards that ask at once share it."""
    with _BUILDING:
        return _build_engine(network, size_px)


@lru_cache(maxsize=_ENGINES_KEPT)
def _build_engine(network: FrozenNetwork, size_px: int) -> _Engine:
    return _Engine(network, size_px)
