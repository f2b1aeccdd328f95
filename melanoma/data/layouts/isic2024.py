"""ISIC 2024: a CSV with ``target`` and patients, or ``malignant``, and the Archive's tree as ``iddx_1..5``.

The tree may stand in a table of its own. Where it says no more than Benign, as for nearly all images, that is the
diagnosis; without a tree ``target`` alone tells malignant from the rest.
"""

import pandas as pd

from melanoma.data.archive_levels import read_levels
from melanoma.data.join_metadata import one_row_per_id
from melanoma.data.labels import Labels, Layout
from melanoma.data.listing import Listing, SourceFile
from melanoma.data.table_labels import labels_of, reason_of, tables_with
from melanoma.data.tables import read_table

_TARGETS = ("target", "malignant")
_READINGS = {"0": "benign", "0.0": "benign", "1": "malignant", "1.0": "malignant"}
_LEVELS = tuple(f"iddx_{level}" for level in range(1, 6))


def recognise(listing: Listing) -> str | None:
    """Say why a listing is ISIC 2024: a table has target and patient_id, or malignant."""
    return reason_of(listing, _tables(listing), "target and patient_id, or malignant")


def read(listing: Listing) -> Labels:
    """Join images and rows by id, with the diagnoses of the tree where there is one."""
    return labels_of(listing, _tables(listing), _read_rows)


def _tables(listing: Listing) -> tuple[SourceFile, ...]:
    """Ask for more than ids and ``target``, a name that a table of any task may have."""
    own = tables_with(listing, {"isic_id", "target", "patient_id"})
    return tuple(dict.fromkeys([*own, *tables_with(listing, {"isic_id", "malignant"})]))


def _read_rows(listing: Listing, file: SourceFile) -> pd.DataFrame:
    table = _with_tree(listing, read_table(listing, file))
    target = next(name for name in _TARGETS if name in table)
    levelled = read_levels(table, _LEVELS)
    return levelled.assign(label=levelled["label"].fillna(table[target].map(_READINGS)))


def _with_tree(listing: Listing, table: pd.DataFrame) -> pd.DataFrame:
    if "iddx_1" in table:
        return table
    trees = [read_table(listing, file) for file in tables_with(listing, {"isic_id", "iddx_1"})]
    if not trees:
        return table
    tree = one_row_per_id(pd.concat(trees).dropna(subset=["isic_id"]))
    return table.merge(tree[["isic_id", *tree.columns.intersection(list(_LEVELS))]], on="isic_id", how="left")


LAYOUT = Layout("ISIC 2024", recognise, read, rank=80)
