"""HAM10000 as its publisher ships it: a CSV with ``image_id``, ``lesion_id`` and ``dx``, images in any folders.

Its later edition has ``dataset``: which of the four collections that the set is joined from an image belongs to.
"""

import pandas as pd

from melanoma.data.labels import Labels, Layout
from melanoma.data.listing import Listing, SourceFile
from melanoma.data.table_labels import labels_of, reason_of, tables_with
from melanoma.data.tables import read_table

_COLUMNS = {"isic_id", "lesion_id", "dx"}


def recognise(listing: Listing) -> str | None:
    """Say why a listing is HAM10000: a table has the columns of HAM10000's."""
    return reason_of(listing, tables_with(listing, _COLUMNS), "image_id, lesion_id and dx")


def read(listing: Listing) -> Labels:
    """Join images and rows by image id; what stands on one side only is said."""
    return labels_of(listing, tables_with(listing, _COLUMNS), _read_rows)


def _read_rows(listing: Listing, file: SourceFile) -> pd.DataFrame:
    return read_table(listing, file).rename(columns={"dx": "label", "dataset": "source"})


LAYOUT = Layout("HAM10000", recognise, read, rank=10)
