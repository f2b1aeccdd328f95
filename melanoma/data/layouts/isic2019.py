"""ISIC 2019: a CSV with a 1 in the column of each image's diagnosis, and a CSV of metadata beside it.

UNK, the ninth column, means none of the eight diagnoses: its images are unlabelled.
"""

import pandas as pd

from melanoma.data.labels import Labels, Layout
from melanoma.data.listing import Listing, SourceFile
from melanoma.data.one_hot import read_one_hot
from melanoma.data.table_labels import labels_of, reason_of, tables_with
from melanoma.data.tables import read_table
from melanoma.data.taxonomy import ISIC2019_CODES

_LABELS = {code: code.upper() for code in ISIC2019_CODES}
_COLUMNS = {"isic_id", *_LABELS} - {"unk"}


def recognise(listing: Listing) -> str | None:
    """Say why a listing is ISIC 2019: a table has a column for each of the eight diagnoses, AK and SCC among them."""
    return reason_of(listing, tables_with(listing, _COLUMNS), "a column for each diagnosis, MEL to SCC")


def read(listing: Listing) -> Labels:
    """Join images and rows by id, and the metadata of the second table."""
    return labels_of(listing, tables_with(listing, _COLUMNS), _read_rows)


def _read_rows(listing: Listing, file: SourceFile) -> pd.DataFrame:
    return read_one_hot(read_table(listing, file), _LABELS)


LAYOUT = Layout("ISIC 2019", recognise, read, rank=30)
