"""Find the features behind a run's examples; what no earlier run has made is made now, shard by shard."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.artifacts.record import Artifact
from melanoma.config.train import TrainConfig
from melanoma.data.examples import ORIGINAL
from melanoma.data.roles import TEST
from melanoma.stages.job import Job, PartRequest
from melanoma.stages.pixels import open_part
from melanoma.training.features import FeaturePlan, FeatureShard, find_frozen, gather_features, open_features
from melanoma.training.head_kind import Labelled
from melanoma.training.metadata import encode_views

# Parts are asked for in small rounds, so that it can be told how far the work is. Passes take turns within a process,
# so that a round costs no time at its end.
_PARTS_AT_ONCE = 4
Place = tuple[str, int]


@dataclass(frozen=True)
class FeatureSet:
    """Examples that may teach or choose, and their features.

    Attributes:
        rows: Their rows: ``diagnosis``, ``split``, ``fold``, and the place of the pixels: ``origin``, ``shard``,
            ``row``. None is a test row.
        shards: Features by the shard of pixels that they were made from, one entry for each network.
    """

    rows: pd.DataFrame
    shards: dict[Place, tuple[FeatureShard, ...]]

    def of(self, split: str) -> "FeatureSet":
        """Return the examples of a split."""
        return FeatureSet(self.rows[self.rows["split"] == split].reset_index(drop=True), self.shards)

    def gather(self, beside: NDArray[np.float32]) -> NDArray[np.float32]:
        """Copy the examples' features into one array.

        Args:
            beside: What goes behind them, such as metadata: float32, [views, rows, columns].

        Returns:
            float32, [views, rows, features + columns].
        """
        origin, shard = self.rows["origin"].to_numpy(), self.rows["shard"].to_numpy()
        places = {place: np.flatnonzero((origin == place[0]) & (shard == place[1])) for place in self.shards}
        return gather_features(places, self.rows["row"].to_numpy(dtype=np.int64), self.shards, beside)


def collect_features(job: Job, rows: pd.DataFrame, config: TrainConfig) -> FeatureSet:
    """Return the features of all examples that are not test rows.

    Args:
        job: The train stage's.
        rows: All examples with the place of their pixels.
        config: Networks and views.

    Returns:
        The examples and their features.
    """
    learned = rows[rows["split"] != TEST].reset_index(drop=True)
    networks, by_shard = find_frozen(config.network, config.weights), _rows_by_shard(learned)
    views = tuple(range(config.views))
    requests = [
        PartRequest(
            "feature-shard",
            FeaturePlan(network, views, numbers),
            {"pixels": _pixels(job, place)},
            f"{network.name} · {place[0]} shard {place[1] + 1}",
        )
        for place, numbers in by_shard.items()
        for network in networks
    ]
    passes = [len(views) * len(numbers) for numbers in by_shard.values() for _ in networks]
    made = iter([open_features(part.folder) for part in _make_in_rounds(job, requests, passes)])
    return FeatureSet(learned, {place: tuple(islice(made, len(networks))) for place in by_shard})


def label_features(
    features: FeatureSet, classes: Sequence[str], config: TrainConfig, seed: int | None = None
) -> Labelled:
    """Return examples as a head takes them: features, the metadata that it is given beside them, and diagnoses.

    Args:
        features: The examples.
        classes: Diagnoses in the order of the logits.
        config: Views, and fields of metadata.
        seed: Of rows to learn from: decides which fields are taken as unknown; None: none is.
    """
    truth = np.array([classes.index(name) for name in features.rows["diagnosis"]], dtype=np.intp)
    return Labelled(features.gather(encode_views(features.rows, config.metadata, config.views, seed)), truth)


def _rows_by_shard(rows: pd.DataFrame) -> dict[Place, tuple[int, ...]]:
    """Return the rows of each shard of pixels that take part; a picture that stands in the set twice is one of them."""
    columns = (rows[name].tolist() for name in ("origin", "shard", "row"))
    found: dict[Place, set[int]] = {}
    for origin, shard, row in zip(*columns, strict=True):
        found.setdefault((origin, shard), set()).add(row)
    return {place: tuple(sorted(found[place])) for place in sorted(found)}


def _pixels(job: Job, place: Place) -> Artifact:
    origin, shard = place
    return open_part(job.inputs["ingest" if origin == ORIGINAL else "balance"], shard)


def _make_in_rounds(job: Job, requests: Sequence[PartRequest], passes: Sequence[int]) -> list[Artifact]:
    """Make the parts, and tell how many passes are done; at the end, how many a second there were."""
    total = sum(passes)
    made: list[Artifact] = []
    for start in range(0, len(requests), _PARTS_AT_ONCE):
        made += job.make_parts(requests[start : start + _PARTS_AT_ONCE])
        done = sum(passes[: len(made)])
        job.progress(f"{done:,} of {total:,} feature passes", done / total)
    passed, seconds = (sum(part.summary[name] for part in made) for name in ("passes", "seconds"))
    if seconds:
        job.progress(f"{total:,} features; passes were made at {passed / seconds:,.0f} a second")
    return made
