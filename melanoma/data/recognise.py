"""Find out from a folder itself how it is laid out."""

from dataclasses import dataclass

from melanoma.data.labels import Labels, Layout
from melanoma.data.listing import Listing
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
