"""ISIC 2016, task 3: a CSV of two columns, id and benign or malignant, as a rule without a header.

Malignant means melanoma in that challenge, benign means none (Gutman et al. 2016, arXiv:1605.01397); its test table
writes 1 and 0 for them.
"""

import pandas as pd

from melanoma.data.labels import Labels, Layout
from melanoma.data.listing import Listing, SourceFile, isic_id_of
from melanoma.data.table_labels import labels_of, reason_of
from melanoma.data.tables import columns_of, first_row, read_table, table_or_none

_DIAGNOSES = {"benign": "benign", "malignant": "melanoma"}
_MARKS = {"0": "benign", "0.0": "benign", "1": "malignant", "1.0": "malignant"}


def recognise(listing: Listing) -> str | None:
    """Say why a listing is ISIC 2016: a table tells benign from malignant in its second and last column."""
    return reason_of(listing, _tables(listing), "ids and benign or malignant, in two columns")


def read(listing: Listing) -> Labels:
    """Join images and rows by id."""
    return labels_of(listing, _tables(listing), _read_rows)


def _tables(listing: Listing) -> tuple[SourceFile, ...]:
    return tuple(file for file in listing.tables if _is_headless(listing, file) or _is_headed(listing, file))


def _is_headless(listing: Listing, file: SourceFile) -> bool:
    cells = first_row(listing, file)
    return len(cells) == 2 and isic_id_of(cells[0].upper()) is not None and cells[1] in {*_DIAGNOSES, *_MARKS}


def _is_headed(listing: Listing, file: SourceFile) -> bool:
    """Tell by the values: the second column may have any name."""
    columns = columns_of(listing, file)
    if len(columns) != 2 or "isic_id" not in columns:
        return False
    table = table_or_none(listing, file)
    values = set() if table is None else set(table.drop(columns="isic_id").iloc[:, 0].dropna().str.strip().str.lower())
    return bool(values) and values <= set(_DIAGNOSES)


def _read_rows(listing: Listing, file: SourceFile) -> pd.DataFrame:
    headless = _is_headless(listing, file)
    table = read_table(listing, file, ("isic_id", "label") if headless else None)
    table = table.set_axis([name if name == "isic_id" else "label" for name in table.columns], axis=1)
    plain = table["label"].str.strip().str.lower()
    label = plain.map(_MARKS).fillna(plain)
    return table.assign(label=label, diagnosis=label.map(_DIAGNOSES))


LAYOUT = Layout("ISIC 2016", recognise, read, rank=60)
