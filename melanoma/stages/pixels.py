"""Find the pixels behind an artifact: in its parts, at the places that it names."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.artifacts.record import Artifact
from melanoma.data.examples import COPY, ORIGINAL, ExampleSet, Pixels
from melanoma.data.shards import open_pixels
from melanoma.stages.files import EXAMPLES, PLACES


def open_part(artifact: Artifact, number: int) -> Artifact:
    """Return one of an artifact's parts."""
    part = artifact.parts[number]
    return Artifact(part.stage, part.key, part.digest, artifact.part_folder(part))


def open_originals(ingest: Artifact, rows: pd.DataFrame) -> ExampleSet:
    """Return images of the manifest with their pixels, mapped into memory.

    Args:
        ingest: The artifact of ingest.
        rows: Rows of the manifest, with ``sha256``.
    """
    return ExampleSet(_place_originals(ingest, rows), _shards(ORIGINAL, ingest))


def picture_reader(ingest: Artifact, manifest: pd.DataFrame) -> Callable[[Sequence[int]], NDArray[np.uint8]]:
    """Return what gives the pictures of some rows of ingest's manifest, by position: uint8, [rows, size, size, 3]."""
    examples = open_originals(ingest, manifest)
    return lambda positions: examples.images(np.asarray(positions, dtype=np.intp))


def open_examples(ingest: Artifact, balance: Artifact) -> ExampleSet:
    """Return the originals that have a split, and all copies, with their pixels, mapped into memory."""
    rows = pd.read_parquet(balance.path(EXAMPLES))
    is_copy = rows["origin"] == COPY
    copies = rows[is_copy].merge(pd.read_parquet(balance.path(PLACES)), on="image_id", validate="one_to_one")
    placed = pd.concat([_place_originals(ingest, rows[~is_copy]), copies], ignore_index=True)
    placed = placed.astype({"shard": "int64", "row": "int64"})  # a set without copies has made them floats
    return ExampleSet(placed, {**_shards(ORIGINAL, ingest), **_shards(COPY, balance)})


def _place_originals(ingest: Artifact, rows: pd.DataFrame) -> pd.DataFrame:
    places = pd.read_parquet(ingest.path(PLACES))
    return rows.assign(origin=ORIGINAL).merge(places, on="sha256", validate="many_to_one")


def _shards(origin: str, artifact: Artifact) -> Pixels:
    return {(origin, number): open_pixels(open_part(artifact, number).folder) for number in range(len(artifact.parts))}
