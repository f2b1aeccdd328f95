"""Labels that a table writes as one column per diagnosis."""

from collections.abc import Mapping

import pandas as pd

from melanoma.data.tables import to_numbers


def read_one_hot(table: pd.DataFrame, labels: Mapping[str, str], otherwise: str | None = None) -> pd.DataFrame:
    """Take each row's label from the one column that holds a 1.

    Args:
        table: As `read_table` returns it.
        labels: The label of each column; columns that the table has not are passed over.
        otherwise: The label of rows that hold only zeros; without it they have none.

    Returns:
        The table with ``label``, and with ``problem`` where a row marks no diagnosis or several, or holds something
        else than 0 and 1.
    """
    columns = [column for column in labels if column in table]
    marks = table[columns].apply(to_numbers)
    marked = (marks == 1).sum(axis=1)
    sound = marks.isin([0, 1]).all(axis=1) & (marked <= 1)
    label = marks.eq(1).idxmax(axis=1).map(labels).where(marked == 1, otherwise).where(sound, None)
    problem = pd.Series("marks are not one 1 among zeros", index=table.index).where(~sound, None)
    unmarked = sound & label.isna()
    return table.assign(label=label, problem=problem.mask(unmarked, "marks no diagnosis"))
