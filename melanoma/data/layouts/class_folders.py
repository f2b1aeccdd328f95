"""A folder per diagnosis, with or without Train and Test above them, and perhaps a table of metadata beside them."""

from collections import Counter
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
    labels = {label for file in listing.images if (label := _label(file.name))}
    if not labels:
        return None
    splits = sorted({split for file in listing.images if (split := _split(file.name))})
    published = f", under {' and '.join(name.capitalize() for name in splits)}" if splits else ""
    return f"{len(labels)} class folders{published}"


def read(listing: Listing) -> Labels:
    """Take each image's label from its folder, its split from the folders above, its metadata from tables, if any."""
    labelled = [file.name for file in listing.images if _label(file.name)]
    rows = pd.DataFrame(
        {
            "image_id": labelled,
            "isic_id": [isic_id_of(name) for name in labelled],
            "label": [_label(name) for name in labelled],
            "publisher_split": [_split(name) for name in labelled],
        }
    )
    unlabelled = tuple(file.name for file in listing.images if not _label(file.name))
    return _with_metadata(Labels(label_rows(rows), (), unlabelled), metadata_tables(listing))


def count_in_class_folders(listing: Listing) -> int:
    """Return how many images stand in a folder that is named for a class, or for a part of one."""
    classes = {*CLASSES, *HAM10000_CODES.values()}
    labels = Counter(label for file in listing.images if (label := _label(file.name)))
    return sum(count for label, count in labels.items() if class_of(label) in classes)


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


def _label(name: str) -> str | None:
    """Return the folder that an image's diagnosis stands in; masks and ISIC 2019's UNK have none."""
    folders = [
        part
        for part in PurePosixPath(name).parts[:-1]
        if not split_of_folder(part) and not part.lower().endswith(_CONTAINERS)
    ]
    return folders[-1] if folders and not is_companion(name) and diagnosis_of(folders[-1]) != UNKNOWN else None


def _split(name: str) -> str | None:
    return next((split for part in PurePosixPath(name).parts[:-1] if (split := split_of_folder(part))), None)


LAYOUT = Layout("class folders", recognise, read, rank=100)
