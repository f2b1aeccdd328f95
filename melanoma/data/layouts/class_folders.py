"""A folder per diagnosis, with or without Train and Test above them, and perhaps a table of metadata beside them."""

from pathlib import PurePosixPath

import pandas as pd

from melanoma.data.labels import METADATA, Labels, Layout, label_rows
from melanoma.data.listing import Listing, isic_id_of
from melanoma.data.tables import read_table

_SPLIT_FOLDERS = {
    "train": "train",
    "training": "train",
    "val": "train",
    "valid": "train",
    "validation": "train",
    "test": "test",
    "testing": "test",
}


def recognise(listing: Listing) -> str | None:
    """Say why a listing is a set of class folders: its images stand in folders that are named for a diagnosis."""
    labels = {label for file in listing.images if (label := _label(file.name))}
    if not labels:
        return None
    splits = sorted({split for file in listing.images if (split := _split(file.name))})
    published = f", under {' and '.join(name.capitalize() for name in splits)}" if splits else ""
    return f"{len(labels)} class folders{published}"


def read(listing: Listing) -> Labels:
    """Take each image's label from its folder, its split from the folders above, its metadata from a table, if any."""
    labelled = [file.name for file in listing.images if _label(file.name)]
    rows = pd.DataFrame(
        {
            "image_id": labelled,
            "isic_id": [isic_id_of(name) for name in labelled],
            "label": [_label(name) for name in labelled],
            "publisher_split": [_split(name) for name in labelled],
        }
    )
    metadata = _metadata(listing)
    if metadata is not None:
        rows = rows.merge(metadata, on="isic_id", how="left")
    known = set(rows["isic_id"].dropna())
    missing = () if metadata is None else tuple(name for name in metadata["isic_id"] if name not in known)
    unlabelled = tuple(file.name for file in listing.images if not _label(file.name))
    return Labels(label_rows(rows), missing, unlabelled, has_metadata=metadata is not None)


def _label(name: str) -> str | None:
    folders = [part for part in PurePosixPath(name).parts[:-1] if part.lower() not in _SPLIT_FOLDERS]
    return folders[-1] if folders else None


def _split(name: str) -> str | None:
    folders = [part.lower() for part in PurePosixPath(name).parts[:-1]]
    return next((_SPLIT_FOLDERS[folder] for folder in folders if folder in _SPLIT_FOLDERS), None)


def _metadata(listing: Listing) -> pd.DataFrame | None:
    """Join the root's tables that have an isic_id; the first row of an id counts."""
    tables = [table for file in listing.tables if "isic_id" in (table := read_table(listing, file))]
    if not tables:
        return None
    joined = pd.concat(tables, ignore_index=True).dropna(subset=["isic_id"]).groupby("isic_id", sort=True).first()
    return joined.reindex(columns=list(METADATA)).reset_index()


LAYOUT = Layout("class folders", recognise, read, rank=20)
