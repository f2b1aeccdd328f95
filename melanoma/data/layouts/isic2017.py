"""ISIC 2017, task 3: a CSV with a 1 under melanoma or seborrheic_keratosis; a row with neither is a nevus.

Beside it a CSV of ages and sexes, and masks of superpixels among the images, which are no images (Codella et al. 2017,
arXiv:1710.05006).
"""

import pandas as pd

from melanoma.data.labels import Labels, Layout
from melanoma.data.listing import Listing, SourceFile, isic_id_of
from melanoma.data.one_hot import read_one_hot
from melanoma.data.table_labels import labels_of, reason_of
from melanoma.data.tables import columns_of, first_row, read_table

_COLUMNS = ("isic_id", "melanoma", "seborrheic_keratosis")
_LABELS = {name: name for name in _COLUMNS[1:]}


def recognise(listing: Listing) -> str | None:
    """Say why a listing is ISIC 2017: a table has its two columns, by name or, without a header, by form."""
    return reason_of(listing, _tables(listing), "melanoma and seborrheic_keratosis")


def read(listing: Listing) -> Labels:
    """Join images and rows by id."""
    return labels_of(listing, _tables(listing), _read_rows)


def _tables(listing: Listing) -> tuple[SourceFile, ...]:
    return tuple(
        file
        for file in listing.tables
        if set(_COLUMNS) <= columns_of(listing, file) or _is_headless(first_row(listing, file))
    )


def _is_headless(cells: tuple[str, ...]) -> bool:
    marks = {"0", "1", "0.0", "1.0"}
    return len(cells) == len(_COLUMNS) and isic_id_of(cells[0].upper()) is not None and set(cells[1:]) <= marks


def _read_rows(listing: Listing, file: SourceFile) -> pd.DataFrame:
    headless = _is_headless(first_row(listing, file))
    return read_one_hot(read_table(listing, file, _COLUMNS if headless else None), _LABELS, otherwise="nevus")


LAYOUT = Layout("ISIC 2017", recognise, read, rank=50)
