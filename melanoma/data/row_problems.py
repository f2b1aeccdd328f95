"""What is wrong with single rows of a publisher's tables: the records of `Labels.row_problems`."""

from collections.abc import Iterable

import pandas as pd

from melanoma.data.image_ids import similar_ids
from melanoma.data.metadata_rules import TABLE_RULES, broken_rules

DUPLICATE_ID, SIMILAR_ID, INVALID_METADATA = "duplicate_id", "similar_id", "invalid_metadata"
PROBLEM_COLUMNS = ["isic_id", "kind", "problem"]
CONTRADICTION = "rows that differ"


def problem_rows(kind: str, problems: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Tabulate problems of one kind, given as ids and words."""
    rows = [(isic_id, kind, problem) for isic_id, problem in problems]
    return pd.DataFrame(rows, columns=PROBLEM_COLUMNS, dtype="object")


def join_problems(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return all problems once, sorted by id."""
    joined = pd.concat([problem_rows("", []), *tables], ignore_index=True).drop_duplicates()
    return joined.sort_values(PROBLEM_COLUMNS, ignore_index=True)


def repeated_ids(table: pd.DataFrame) -> pd.DataFrame:
    """Find ids that a table has more than one row for, and say whether these rows contradict each other.

    Args:
        table: With ``isic_id``; a null contradicts nothing.
    """
    repeated = table[table["isic_id"].duplicated(keep=False)]
    if repeated.empty:
        return problem_rows(DUPLICATE_ID, [])
    rows = repeated.groupby("isic_id")
    differing = (rows.nunique() > 1).apply(lambda row: ", ".join(row.index[row]), axis=1)
    words = [
        f"{count} {CONTRADICTION} in {columns}" if columns else f"{count} rows that say the same"
        for count, columns in zip(rows.size(), differing, strict=True)
    ]
    return problem_rows(DUPLICATE_ID, zip(differing.index.astype("str"), words, strict=True))


def lookalike_ids(ids: Iterable[str]) -> pd.DataFrame:
    """Find ids that differ from others only in case or Unicode form."""
    alike = similar_ids(ids)
    return problem_rows(SIMILAR_ID, [(name, f"also written {', '.join(others)}") for name, others in alike.items()])


def broken_table_rules(table: pd.DataFrame) -> pd.DataFrame:
    """Find rows that cannot be true by what the manifest does not show; see `TABLE_RULES`.

    Args:
        table: With ``isic_id``, one row per id, and ``diagnosis`` where it is known.
    """
    broken = broken_rules(table, TABLE_RULES)
    return problem_rows(
        INVALID_METADATA, zip(broken["row"].map(table["isic_id"]).astype("str"), broken["problem"], strict=True)
    )
