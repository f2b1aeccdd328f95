"""ISIC 2018, task 3: a CSV with a 1 in the column of each image's diagnosis, and a CSV of lesions beside it."""

import pandas as pd

from melanoma.data.labels import Labels, Layout
from melanoma.data.listing import Listing, SourceFile
from melanoma.data.one_hot import read_one_hot
from melanoma.data.table_labels import labels_of, reason_of, tables_with
from melanoma.data.tables import read_table
from melanoma.data.taxonomy import HAM10000_CODES

_LABELS = {code: code.upper() for code in HAM10000_CODES}


def recognise(listing: Listing) -> str | None:
    """Say why a listing is ISIC 2018: a table has a column for each of the seven diagnoses, AKIEC among them."""
    return reason_of(listing, tables_with(listing, {"isic_id", *_LABELS}), "a column for each diagnosis, MEL to VASC")


def read(listing: Listing) -> Labels:
    """Join images and rows by id, and the lesions of the second table."""
    return labels_of(listing, tables_with(listing, {"isic_id", *_LABELS}), _read_rows)


def _read_rows(listing: Listing, file: SourceFile) -> pd.DataFrame:
    return read_one_hot(read_table(listing, file), _LABELS)


LAYOUT = Layout("ISIC 2018", recognise, read, rank=20)
