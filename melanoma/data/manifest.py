"""The manifest: one row per readable, labelled image, joined from the sources, the labels and the shards."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from melanoma.data.labels import Labels
from melanoma.data.measure import all_measures
from melanoma.data.shards import IMAGES
from melanoma.data.sources import Sources

UNREADABLE, UNLABELLED = "unreadable", "unlabelled"
_OF_FILES = ("file_bytes", "sha256", "pixel_sha256", "width", "height", "format", "jpeg_tables")


@dataclass(frozen=True)
class Catalogue:
    """All that ingest knows of a set.

    Attributes:
        manifest: One row per image that has pixels and a label.
        quarantine: ``image_id``, ``kind`` (unreadable, unlabelled) and ``reason`` of each image that has not.
        places: ``sha256`` of each content, and where it is: ``shard``, the number among the artifact's parts, and
            ``row``, -1 where it could not be read.
    """

    manifest: pd.DataFrame
    quarantine: pd.DataFrame
    places: pd.DataFrame


def assemble(sources: Sources, labels: Labels, shards: Sequence[Path]) -> Catalogue:
    """Join what the publisher says with what decoding found.

    Args:
        sources: The set's files.
        labels: What the publisher says about them.
        shards: The finished shards' folders.

    Returns:
        The catalogue; every image file of the sources is in exactly one of its first two tables.
    """
    known = pd.concat([pd.read_parquet(folder / IMAGES).assign(shard=n) for n, folder in enumerate(shards)])
    everything = _files(sources).merge(known, on="sha256").merge(labels.rows, on="image_id", how="left")
    everything["kind"] = everything["reason"].notna().map({True: UNREADABLE, False: None})
    unlabelled = everything["reason"].isna() & everything["diagnosis"].isna()
    everything.loc[unlabelled, ["kind", "reason"]] = [UNLABELLED, "no diagnosis belongs to it"]
    bad = everything["reason"].notna()
    measured = [name for measure in all_measures() for name in measure.columns]
    manifest = everything.loc[~bad, [*labels.rows.columns, *_OF_FILES, *measured]]
    quarantine = pd.concat([everything.loc[bad, ["image_id", "kind", "reason"]], _refused(sources)])
    return Catalogue(
        _sorted(manifest.astype({"width": "int64", "height": "int64"})),
        _sorted(quarantine),
        known[["sha256", "shard", "row"]].sort_values("sha256", ignore_index=True),
    )


def _files(sources: Sources) -> pd.DataFrame:
    rows = [(image.image_id, image.file.size, image.file.sha256) for image in sources.images]
    return pd.DataFrame(rows, columns=["image_id", "file_bytes", "sha256"])


def _refused(sources: Sources) -> pd.DataFrame:
    rows = [
        (prefix + file.name, UNREADABLE, file.reason)
        for prefix, listing in zip(sources.names, sources.listings, strict=True)
        for file in listing.refused
    ]
    return pd.DataFrame(rows, columns=["image_id", "kind", "reason"], dtype="object")


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("image_id", ignore_index=True)
