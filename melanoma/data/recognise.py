"""Find out from a source itself how it is laid out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from melanoma.data.labels import Labels, Layout
from melanoma.data.listing import Listing
from melanoma.data.sources import Sources
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
    if len(read) == 1:
        return read[0]
    labels = [_under(prefix, found.labels) for prefix, found in zip(sources.names, read, strict=True)]
    return Recognised(
        " + ".join(found.layout for found in read),
        "; ".join(f"{prefix}: {found.reason}" for prefix, found in zip(sources.names, read, strict=True)),
        _join(labels),
    )


def read_labels(listing: Listing) -> Recognised:
    """Read the labels of one source in the first layout that it has.

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
    for layout in layouts:
        reason = layout.recognise(listing)
        if reason:
            labels = layout.read(listing)
            if labels.rows.empty:
                raise SourceError(f"{listing.root}: {reason}, but no image has a label in it; check that ids match")
            return Recognised(layout.name, reason, labels)
    names = " or ".join(layout.name for layout in layouts)
    raise SourceError(f"{listing.root}: not laid out as {names}; put each image in a folder named for its diagnosis")


def _under(prefix: str, labels: Labels) -> Labels:
    return replace(
        labels,
        rows=labels.rows.assign(image_id=prefix + labels.rows["image_id"]),
        missing_images=tuple(prefix + name for name in labels.missing_images),
        unlabelled_images=tuple(prefix + name for name in labels.unlabelled_images),
    )


def _join(parts: Iterable[Labels]) -> Labels:
    every = tuple(parts)
    return Labels(
        pd.concat([labels.rows for labels in every], ignore_index=True),
        tuple(name for labels in every for name in labels.missing_images),
        tuple(name for labels in every for name in labels.unlabelled_images),
        any(labels.has_metadata for labels in every),
        pd.concat([labels.row_problems for labels in every], ignore_index=True),
    )
