"""Identical pictures: the same bytes, or the same pixels in another file format."""

import pandas as pd

from melanoma.data.grouping import group_images


def twins(manifest: pd.DataFrame) -> pd.DataFrame:
    """Return the images that have an identical one, with ``twin_id``, the same for all copies of a picture.

    Args:
        manifest: One row per image, with ``sha256`` and ``pixel_sha256``.

    Returns:
        The rows of images that are not the only one of their kind, copies of one picture beside each other.
    """
    marked = manifest.assign(twin_id=group_images(manifest, ("sha256", "pixel_sha256")))
    return marked[marked["twin_id"].duplicated(keep=False)].sort_values(["twin_id", "image_id"])


def on_both_sides(rows: pd.DataFrame, identity: str) -> pd.DataFrame:
    """Return the rows whose identity stands both in the publisher's test folder and outside it.

    Args:
        rows: With ``publisher_split`` and the identity's column.
        identity: Such as ``twin_id`` or ``lesion_id``; rows without one are never returned.
    """
    known = rows[rows[identity].notna()]
    is_test = known["publisher_split"] == "test"
    sides = is_test.groupby(known[identity]).transform("nunique")
    return known[sides > 1]
