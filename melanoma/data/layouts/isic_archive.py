"""A folder that ``isic image download`` wrote: images, and metadata.csv with attribution, licence and diagnoses.

The Archive's tree of diagnoses stands in ``diagnosis_1`` to ``diagnosis_5``; downloads from before it have
``diagnosis`` and ``benign_malignant``.
"""

import pandas as pd

from melanoma.data.archive_levels import LEVELS, read_levels
from melanoma.data.labels import Labels, Layout
from melanoma.data.listing import Listing, SourceFile
from melanoma.data.table_labels import labels_of, reason_of, tables_with
from melanoma.data.tables import columns_of, read_table

_EARLIER = ("diagnosis", "benign_malignant")


def recognise(listing: Listing) -> str | None:
    """Say why a listing is a download from the Archive: a table has diagnosis_1, or a licence and a diagnosis."""
    return reason_of(listing, _tables(listing), "isic_id and the Archive's diagnoses")


def read(listing: Listing) -> Labels:
    """Join images and rows by id; attribution and licence stay with each image."""
    return labels_of(listing, _tables(listing), _read_rows)


def _tables(listing: Listing) -> tuple[SourceFile, ...]:
    earlier = [
        file
        for file in tables_with(listing, {"isic_id", "license"})
        if columns_of(listing, file).intersection(_EARLIER)
    ]
    return tuple(dict.fromkeys([*tables_with(listing, {"isic_id", "diagnosis_1"}), *earlier]))


def _read_rows(listing: Listing, file: SourceFile) -> pd.DataFrame:
    table = read_table(listing, file)
    levelled = read_levels(table, LEVELS)
    label = levelled["label"]
    for column in _EARLIER:
        if column in table:
            label = label.fillna(table[column])
    return levelled.assign(label=label)


LAYOUT = Layout("ISIC Archive", recognise, read, rank=70)
