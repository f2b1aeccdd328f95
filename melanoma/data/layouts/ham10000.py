"""HAM10000 as its publisher ships it: one CSV with ``image_id``, ``lesion_id`` and ``dx``, images in any folders."""

from pathlib import PurePosixPath

import pandas as pd

from melanoma.data.labels import METADATA, Labels, Layout, label_rows
from melanoma.data.listing import Listing, SourceFile
from melanoma.data.tables import read_table


def recognise(listing: Listing) -> str | None:
    """Say why a listing is HAM10000: a table in its root has the columns of HAM10000's."""
    file = _table(listing)
    return f"{file.name} has image_id, lesion_id and dx" if file else None


def read(listing: Listing) -> Labels:
    """Join images and rows by image id; what stands on one side only is said."""
    file = _table(listing)
    if file is None:
        raise ValueError("read() needs a listing that recognise() knows")
    table = read_table(listing, file).dropna(subset=["isic_id"]).drop_duplicates("isic_id")
    images = pd.DataFrame(
        {"image_id": [f.name for f in listing.images], "isic_id": [PurePosixPath(f.name).stem for f in listing.images]}
    )
    columns = ["isic_id", "dx", *(name for name in METADATA if name in table)]
    rows = images.merge(table[columns], on="isic_id", how="left").rename(columns={"dx": "label"})
    unlabelled = rows["label"].isna()
    missing = tuple(sorted(set(table["isic_id"]) - set(images["isic_id"])))
    return Labels(label_rows(rows[~unlabelled]), missing, tuple(rows.loc[unlabelled, "image_id"]), has_metadata=True)


def _table(listing: Listing) -> SourceFile | None:
    for file in listing.tables:
        header = listing.read(file.name).partition(b"\n")[0].decode("utf-8-sig", errors="replace")
        columns = {name.strip().strip('"').lower() for name in header.split(",")}
        if {"image_id", "lesion_id", "dx"} <= columns:
            return file
    return None


LAYOUT = Layout("HAM10000", recognise, read, rank=10)
