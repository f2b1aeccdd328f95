"""ISIC 2020: one CSV of patients, lesions and diagnoses; most images are benign without a diagnosis.

Those take "benign" as theirs. The list of duplicates beside it is read for every layout
(`melanoma.data.published_duplicates`).
"""

import pandas as pd

from melanoma.data.labels import Labels, Layout
from melanoma.data.listing import Listing, SourceFile
from melanoma.data.table_labels import labels_of, reason_of, tables_with
from melanoma.data.tables import read_table

_COLUMNS = {"isic_id", "patient_id", "diagnosis", "benign_malignant", "target"}


def recognise(listing: Listing) -> str | None:
    """Say why a listing is ISIC 2020: a table has patients, diagnoses, benign_malignant and target."""
    return reason_of(listing, tables_with(listing, _COLUMNS), "patient_id, diagnosis, benign_malignant and target")


def read(listing: Listing) -> Labels:
    """Join images and rows by id."""
    return labels_of(listing, tables_with(listing, _COLUMNS), _read_rows)


def _read_rows(listing: Listing, file: SourceFile) -> pd.DataFrame:
    table = read_table(listing, file).rename(columns={"diagnosis": "label"})
    return table.assign(label=table["label"].fillna(table["benign_malignant"]))


LAYOUT = Layout("ISIC 2020", recognise, read, rank=40)
