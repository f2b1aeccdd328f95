"""Labels that stand in the ISIC Archive's tree of diagnoses, a column per level."""

from collections.abc import Sequence

import pandas as pd

from melanoma.data.taxonomy import diagnosis_of_levels

LEVELS = tuple(f"diagnosis_{level}" for level in range(1, 6))


def read_levels(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Take each row's label and diagnosis from the levels of the tree.

    Args:
        table: As `read_table` returns it.
        columns: The columns of the levels, from the reading down; those that the table has not are null.

    Returns:
        The table with ``label``, the deepest level given, and ``diagnosis``; both null where no level is given.
    """
    levels = table.reindex(columns=list(columns)).astype("object")
    paths = list(zip(*(levels[column] for column in columns), strict=True))
    meant = {path: diagnosis_of_levels(path) for path in set(paths)}
    diagnoses = pd.Series([meant[path] for path in paths], index=table.index, dtype="object")
    return table.assign(label=levels.ffill(axis=1).iloc[:, -1], diagnosis=diagnoses)
