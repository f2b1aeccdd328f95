"""Find out from a source itself how it is laid out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from melanoma.data.join_metadata import join_metadata
from melanoma.data.labels import Labels, Layout
from melanoma.data.layouts.class_folders import count_in_class_folders
from melanoma.data.listing import Listing
from melanoma.data.published_duplicates import with_published_duplicates
from melanoma.data.sources import Sources
from melanoma.data.tables import columns_of, map_texts, read_table
from melanoma.discovery import discover
from melanoma.errors import SourceError


@dataclass(frozen=True)
class Recognised:
    """The layout that a source has, and why."""

    layout: str
    reason: str
    labels: Labels


def read_set(sources: Sources) -> Recognised:
    """Read the labels of each source in the layout that it has, and join them into one set.

    Args:
        sources: The sources.

    Returns:
        The layouts' names, the reasons, and the labels under the set's image ids.

    Raises:
        SourceError: If no layout fits a source, or not one image of it has a label.
    """
    read = [read_labels(listing) for listing in sources.listings]
    joined = read[0] if len(read) == 1 else _join(sources.names, read)
    tables = [read_metadata(listing) for listing in sources.metadata]
    return replace(joined, labels=join_metadata(joined.labels, tables)) if tables else joined


def read_labels(listing: Listing) -> Recognised:
    """Read the labels of one source in the first layout that it has.

    A table that labels fewer images than stand in folders named for a known class is no more than metadata: it belongs
    to a part of them, as HAM10000's does to the nine-class set.

    Args:
        listing: The source's files.

    Returns:
        The layout's name, the reason, and the labels.

    Raises:
        SourceError: If no layout fits, or not one image has a label.
    """
    layouts: list[Layout] = sorted(
        (module.LAYOUT for module in discover("melanoma.data.layouts")), key=lambda layout: layout.rank
    )
    in_class_folders = count_in_class_folders(listing)
    fitting: list[str] = []
    for layout in layouts:
        if not (reason := layout.recognise(listing)):
            continue
        labels = layout.read(listing)
        if len(labels.rows) >= max(in_class_folders, 1):
            return Recognised(layout.name, reason, with_published_duplicates(listing, labels))
        fitting.append(reason)
    if fitting:
        raise SourceError(f"{listing.root}: {fitting[0]}, but no image has a label in it; check that ids match")
    raise SourceError(f"{listing.root}: {_remedy(listing, layouts)}")


def read_metadata(listing: Listing) -> pd.DataFrame:
    """Read the only table of a listing, by ISIC names.

    Raises:
        SourceError: If it is no table, or has no ids.
    """
    (file,) = listing.tables
    table = read_table(listing, file)
    if "isic_id" not in table:
        raise SourceError(f"{listing.root / file.name}: no column isic_id or image_id; give a table of ISIC images")
    return table


def _remedy(listing: Listing, layouts: list[Layout]) -> str:
    names = ", ".join(layout.name for layout in layouts[:-1]) + f" or {layouts[-1].name}"
    broken = [file.name for file in listing.tables if not columns_of(listing, file)]
    mend = f"mend {broken[0]}, which is no CSV table, or " if broken else ""
    return f"not laid out as {names}; {mend}put each image in a folder named for its diagnosis"


def _under(prefix: str, labels: Labels) -> Labels:
    """Put the source's name before the names of its images, and before the parts that it is joined from itself."""
    parts = map_texts(labels.rows["source"], lambda part: prefix + part).fillna(prefix.rstrip("/"))
    return replace(
        labels,
        rows=labels.rows.assign(image_id=prefix + labels.rows["image_id"], source=parts),
        missing_images=tuple(prefix + name for name in labels.missing_images),
        unlabelled_images=tuple(prefix + name for name in labels.unlabelled_images),
    )


def _join(names: Sequence[str], read: Sequence[Recognised]) -> Recognised:
    every = [_under(prefix, found.labels) for prefix, found in zip(names, read, strict=True)]
    labels = Labels(
        pd.concat([labels.rows for labels in every], ignore_index=True),
        tuple(name for labels in every for name in labels.missing_images),
        tuple(name for labels in every for name in labels.unlabelled_images),
        any(labels.has_metadata for labels in every),
        pd.concat([labels.row_problems for labels in every], ignore_index=True),
    )
    return Recognised(
        " + ".join(found.layout for found in read),
        "; ".join(f"{prefix.rstrip('/')}: {found.reason}" for prefix, found in zip(names, read, strict=True)),
        labels,
    )
