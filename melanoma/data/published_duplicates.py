"""Pairs of images that the publisher lists as the same picture, as ISIC 2020 does.

They are the publisher's word, not a lesion: the ties go into a column of their own, and the published lesions stay.
"""

from dataclasses import replace

import pandas as pd

from melanoma.data.grouping import group_images
from melanoma.data.image_ids import id_of
from melanoma.data.labels import Labels
from melanoma.data.listing import Listing
from melanoma.data.tables import columns_of, table_or_none

_PAIR = ("image_name_1", "image_name_2")


def with_published_duplicates(listing: Listing, labels: Labels) -> Labels:
    """Mark the images that a list of duplicates ties to others.

    Args:
        listing: The source; any of its tables with ``image_name_1`` and ``image_name_2`` is such a list.
        labels: Its labels.

    Returns:
        The labels with ``duplicate_group``: the smallest id of those that are tied together, null for the others.
    """
    files = [file for file in listing.tables if columns_of(listing, file).issuperset(_PAIR)]
    lists = [table for file in files if (table := table_or_none(listing, file)) is not None]
    if not lists:
        return labels
    groups = _groups(pd.concat(lists, ignore_index=True)[list(_PAIR)].dropna().map(id_of))
    rows = labels.rows
    return replace(labels, rows=rows.assign(duplicate_group=rows["isic_id"].map(groups).astype("object")))


def _groups(pairs: pd.DataFrame) -> dict[str, str]:
    ends = pairs.melt(ignore_index=False, value_name="image_id").rename_axis("pair").reset_index()
    return dict(zip(ends["image_id"], group_images(ends, ("image_id", "pair")), strict=True))
