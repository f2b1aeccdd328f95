"""A folder per diagnosis, with or without Train and Test above them, and perhaps a table of metadata beside them."""

from dataclasses import replace
from pathlib import PurePosixPath

import pandas as pd

from melanoma.data.image_ids import id_of, is_companion, match_ids
from melanoma.data.join_metadata import join_metadata, metadata_tables
from melanoma.data.labels import Labels, Layout, label_rows
from melanoma.data.listing import Listing, isic_id_of
from melanoma.data.publisher_split import split_of_folder
from melanoma.data.row_problems import join_problems, lookalike_ids
from melanoma.data.taxonomy import CLASSES, HAM10000_CODES, UNKNOWN, class_of, diagnosis_of

_CONTAINERS = (".zip", ".hdf5", ".h5")


def recognise(listing: Listing) -> str | None:
    """Say why a listing is a set of class folders: its images stand in folders that are named for a diagnosis."""
    stated = _stated(listing).dropna(subset=["label"])
    if stated.empty:
        return None
    splits = sorted(stated["publisher_split"].dropna().unique())
    published = f", under {' and '.join(name.capitalize() for name in splits)}" if splits else ""
    return f"{stated['label'].nunique()} class folders{published}"


def read(listing: Listing) -> Labels:
    """Take each image's label from its folder, its split from the folders above, its metadata from tables, if any."""
    stated = _stated(listing)
    labelled = stated["label"].notna()
    rows = stated[labelled].assign(isic_id=lambda rows: rows["image_id"].map(isic_id_of))
    labels = Labels(label_rows(rows), (), tuple(stated.loc[~labelled, "image_id"]))
    return _with_metadata(labels, metadata_tables(listing))


def count_in_class_folders(listing: Listing) -> int:
    """Return how many images stand in a folder that is named for a class, or for a part of one."""
    classes = {*CLASSES, *HAM10000_CODES.values()}
    labels = _stated(listing)["label"].value_counts()
    return sum(int(count) for label, count in labels.items() if class_of(str(label)) in classes)


def _with_metadata(labels: Labels, tables: list[pd.DataFrame]) -> Labels:
    """Join the tables; ids that they name and no file has are missing images."""
    if not tables:
        return labels
    known = {id_of(name): None for table in tables for name in table["isic_id"].dropna()}
    names = [*labels.rows["image_id"], *labels.unlabelled_images]
    found = set(match_ids(names, known))
    joined = join_metadata(labels, tables)
    return replace(
        joined,
        has_metadata=True,
        missing_images=tuple(sorted(set(known) - found)),
        row_problems=join_problems([joined.row_problems, lookalike_ids({*known, *map(id_of, names)})]),
    )


def _stated(listing: Listing) -> pd.DataFrame:
    """Return ``image_id``, ``label`` and ``publisher_split`` of each image; masks and ISIC 2019's UNK have no label."""
    names = [file.name for file in listing.images]
    folders = [name.rpartition("/")[0] for name in names]
    labels = {folder: _label(folder) for folder in set(folders)}
    splits = {folder: _split(folder) for folder in set(folders)}
    label = [None if is_companion(name) else labels[folder] for name, folder in zip(names, folders, strict=True)]
    split = [splits[folder] for folder in folders]
    return pd.DataFrame({"image_id": names, "label": label, "publisher_split": split}, dtype="object")


def _label(folder: str) -> str | None:
    """Return the lowest folder of a path that is neither a split nor a container."""
    named = [
        part
        for part in PurePosixPath(folder).parts
        if not split_of_folder(part) and not part.lower().endswith(_CONTAINERS)
    ]
    return named[-1] if named and diagnosis_of(named[-1]) != UNKNOWN else None


def _split(folder: str) -> str | None:
    return next((split for part in PurePosixPath(folder).parts if (split := split_of_folder(part))), None)


LAYOUT = Layout("class folders", recognise, read, rank=100)
