"""Find out from a folder itself how it is laid out."""

from dataclasses import dataclass

from melanoma.data.labels import Labels, Layout
from melanoma.data.layouts.class_folders import count_in_class_folders
from melanoma.data.listing import Listing
from melanoma.data.published_duplicates import with_published_duplicates
from melanoma.data.tables import columns_of
from melanoma.discovery import discover
from melanoma.errors import SourceError


@dataclass(frozen=True)
class Recognised:
    """The layout that a folder has, and why."""

    layout: str
    reason: str
    labels: Labels


def read_labels(listing: Listing) -> Recognised:
    """Read the labels of a source in the first layout that it has.

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
    fitting = [(layout, reason) for layout in layouts if (reason := layout.recognise(listing))]
    in_class_folders = count_in_class_folders(listing)
    for layout, reason in fitting:
        labels = layout.read(listing)
        if len(labels.rows) >= max(in_class_folders, 1):
            return Recognised(layout.name, reason, with_published_duplicates(listing, labels))
    if fitting:
        raise SourceError(f"{listing.root}: {fitting[0][1]}, but no image has a label in it; check that ids match")
    raise SourceError(f"{listing.root}: {_remedy(listing, layouts)}")


def _remedy(listing: Listing, layouts: list[Layout]) -> str:
    names = ", ".join(layout.name for layout in layouts[:-1]) + f" or {layouts[-1].name}"
    broken = [file.name for file in listing.tables if not columns_of(listing, file)]
    mend = f"mend {broken[0]}, which is no CSV table, or " if broken else ""
    return f"not laid out as {names}; {mend}put each image in a folder named for its diagnosis"
