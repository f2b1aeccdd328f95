"""Join tables of metadata to labels, image by image."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from melanoma.data.image_ids import id_of, match_ids
from melanoma.data.labels import METADATA, Labels, label_rows
from melanoma.data.listing import Listing, SourceFile
from melanoma.data.row_problems import (
    INVALID_METADATA,
    broken_table_rules,
    join_problems,
    problem_rows,
    repeated_ids,
)
from melanoma.data.tables import columns_of, table_or_none


def join_metadata(labels: Labels, tables: Sequence[pd.DataFrame]) -> Labels:
    """Fill in from further tables what the labels leave open; what a publisher says stays.

    Args:
        labels: Of one source.
        tables: As `read_table` returns them; rows and tables without ``isic_id`` are passed over. Rows of images that
            the source does not hold are not missing images.

    Returns:
        The labels with more metadata known; contradictions are among the row problems.
    """
    for table in tables:
        if "isic_id" in table:
            labels = _join(labels, table.dropna(subset=["isic_id"]))
    return labels


def metadata_tables(listing: Listing, labelling: Sequence[SourceFile] = ()) -> list[pd.DataFrame]:
    """Read every table of a source that has ids and does not label; what is no table is passed over."""
    others = [file for file in listing.tables if file not in labelling and "isic_id" in columns_of(listing, file)]
    return [table for file in others if (table := table_or_none(listing, file)) is not None]


def one_row_per_id(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with one row per id, in which the first known value of each column counts."""
    repeated = table["isic_id"].duplicated().any()
    return table.groupby("isic_id", sort=False).first().reset_index() if repeated else table


def _join(labels: Labels, table: pd.DataFrame) -> Labels:
    named = table.assign(isic_id=table["isic_id"].map(id_of))
    known = one_row_per_id(named)
    rows = labels.rows
    matched = pd.Series(match_ids([*rows["image_id"]], known["isic_id"]), index=rows.index, dtype="object")
    told = label_rows(
        rows[["image_id"]].assign(isic_id=matched).merge(known.reindex(columns=["isic_id", *METADATA]), "left")
    )
    filled = rows.assign(isic_id=rows["isic_id"].fillna(matched))
    for column in METADATA:
        filled[column] = rows[column].where(rows[column].notna(), told[column]).astype(rows[column].dtype)
    return replace(
        labels,
        rows=filled,
        has_metadata=labels.has_metadata or bool(matched.notna().any()),
        row_problems=join_problems([labels.row_problems, *_problems(rows, told, named, known)]),
    )


def _problems(rows: pd.DataFrame, told: pd.DataFrame, named: pd.DataFrame, known: pd.DataFrame) -> list[pd.DataFrame]:
    used = set(told["isic_id"].dropna())
    diagnoses = rows.assign(isic_id=told["isic_id"]).dropna(subset=["isic_id"]).drop_duplicates("isic_id")
    judged = known[known["isic_id"].isin(used)].drop(columns="diagnosis", errors="ignore")
    return [
        repeated_ids(named[named["isic_id"].isin(used)]),
        broken_table_rules(judged.merge(diagnoses[["isic_id", "diagnosis"]], "left", on="isic_id")),
        *(_contradictions(rows, told, column) for column in METADATA),
    ]


def _contradictions(rows: pd.DataFrame, told: pd.DataFrame, column: str) -> pd.DataFrame:
    one, other = rows[column], told[column]
    differing = one.notna() & other.notna() & (one != other)
    words = f"{column} " + one[differing].astype("str") + ", in another table " + other[differing].astype("str")
    return problem_rows(INVALID_METADATA, zip(told.loc[differing, "isic_id"], words, strict=True))
