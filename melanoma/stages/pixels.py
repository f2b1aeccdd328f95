"""Find the shards behind an artifact."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.artifacts.record import Artifact, Part
from melanoma.data.examples import COPY, ORIGINAL, Pixels
from melanoma.data.shards import gather, open_pixels
from melanoma.stages.files import SHARDS


def shard_parts(artifact: Artifact) -> dict[int, Part]:
    """Return the parts of an artifact by shard number."""
    places: dict[str, int] = artifact.read_json(SHARDS)
    return {int(shard): artifact.parts[place] for shard, place in places.items()}


def open_shards(ingest: Artifact, balance: Artifact) -> Pixels:
    """Map the pixels of all originals and copies into memory."""
    return {
        (origin, shard): open_pixels(artifact.part_folder(part))
        for origin, artifact in ((ORIGINAL, ingest), (COPY, balance))
        for shard, part in shard_parts(artifact).items()
    }


def pixels_of(ingest: Artifact, manifest: pd.DataFrame) -> Callable[[Sequence[int]], NDArray[np.uint8]]:
    """Return what gives the pictures of some rows of ingest's manifest, by position: uint8, [rows, size, size, 3]."""
    shards = {shard: open_pixels(ingest.part_folder(part)) for shard, part in shard_parts(ingest).items()}
    places = manifest[["shard", "row"]].to_numpy()
    return lambda positions: gather(shards, ((int(shard), int(row)) for shard, row in places[list(positions)]))
