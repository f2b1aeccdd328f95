"""The manifest: one row per readable, labelled image, joined from the listing, the labels and the shards."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from melanoma.data.image_ids import is_companion
from melanoma.data.labels import Labels
from melanoma.data.listing import Listing
from melanoma.data.measure import all_measures
from melanoma.data.shards import IMAGES, ShardPlan

UNREADABLE, UNLABELLED = "unreadable", "unlabelled"
COMPANION = "a mask or map beside an image"
_OF_FILES = ("file_bytes", "sha256", "pixel_sha256", "width", "height", "format", "jpeg_tables")


@dataclass(frozen=True)
class Catalogue:
    """All that ingest knows of a set.

    Attributes:
        manifest: One row per image that has pixels and a label.
        quarantine: ``image_id``, ``kind`` (unreadable, unlabelled) and ``reason`` of each image that has not.
    """

    manifest: pd.DataFrame
    quarantine: pd.DataFrame


def assemble(listing: Listing, labels: Labels, plans: Sequence[ShardPlan], folders: Sequence[Path]) -> Catalogue:
    """Join what the publisher says with what decoding found.

    Args:
        listing: The source's files.
        labels: What the publisher says about them.
        plans: The shards' files.
        folders: The finished shards, in the order of the plans.

    Returns:
        The catalogue; every file of the listing is in exactly one of its two tables.
    """
    files = pd.DataFrame({"image_id": [f.name for f in listing.images], "file_bytes": [f.size for f in listing.images]})
    decoded = pd.concat([_decoded(plan, folder) for plan, folder in zip(plans, folders, strict=True)])
    everything = files.merge(decoded, on="image_id").merge(labels.rows, on="image_id", how="left")
    everything["kind"] = everything["reason"].notna().map({True: UNREADABLE, False: None})
    unlabelled = everything["reason"].isna() & everything["diagnosis"].isna()
    everything.loc[unlabelled, ["kind", "reason"]] = [UNLABELLED, "no diagnosis belongs to it"]
    everything.loc[unlabelled & everything["image_id"].map(is_companion), "reason"] = COMPANION
    bad = everything["reason"].notna()
    measured = [name for measure in all_measures() for name in measure.columns]
    columns = [*labels.rows.columns, *_OF_FILES, *measured, "shard", "row"]
    manifest = everything.loc[~bad, columns].astype({"width": "int64", "height": "int64"})
    return Catalogue(_sorted(manifest), _sorted(everything.loc[bad, ["image_id", "kind", "reason"]]))


def _decoded(plan: ShardPlan, folder: Path) -> pd.DataFrame:
    rows = pd.read_parquet(folder / IMAGES)
    return rows.assign(
        image_id=[file.name for file in plan.files], sha256=[file.sha256 for file in plan.files], shard=plan.index
    )


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("image_id", ignore_index=True)
