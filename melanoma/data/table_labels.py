"""Labels that stand in a publisher's tables, joined to the images by id."""

from collections.abc import Callable, Sequence

import pandas as pd

from melanoma.data.image_ids import id_of, is_companion, match_ids
from melanoma.data.join_metadata import join_metadata, metadata_tables, one_row_per_id
from melanoma.data.labels import METADATA, Labels, label_rows
from melanoma.data.listing import Listing, SourceFile
from melanoma.data.publisher_split import published_splits, split_in_name
from melanoma.data.row_problems import (
    INVALID_METADATA,
    broken_table_rules,
    join_problems,
    lookalike_ids,
    problem_rows,
    repeated_ids,
)
from melanoma.data.tables import FALLBACK, columns_of, encoding_of, map_texts
from melanoma.data.taxonomy import UNKNOWN, diagnosis_of

TableReader = Callable[[Listing, SourceFile], pd.DataFrame]


def tables_with(listing: Listing, columns: set[str]) -> tuple[SourceFile, ...]:
    """Return the tables of a source, at any depth, that have some columns, by the names of `read_table`."""
    return tuple(file for file in listing.tables if columns <= columns_of(listing, file))


def reason_of(listing: Listing, files: Sequence[SourceFile], what: str) -> str | None:
    """Say why a listing has a layout, or None if it holds no table of it.

    Args:
        listing: The source.
        files: Its tables of this layout.
        what: What they hold, such as ``image_id, lesion_id and dx``.
    """
    if not files:
        return None
    names = " and ".join(file.name for file in files)
    guessed = any(encoding_of(listing.read(file.name)) == FALLBACK for file in files)
    return f"{names} {'has' if len(files) == 1 else 'have'} {what}{', read as Windows-1252' if guessed else ''}"


def labels_of(listing: Listing, files: Sequence[SourceFile], read: TableReader) -> Labels:
    """Read the tables that label a source and join them, and its other tables, to the images.

    An id whose rows name several diagnoses labels nothing; so does ISIC 2019's UNK.

    Args:
        listing: The source.
        files: Its labelling tables.
        read: Reads one of them: ``isic_id``, ``label``, perhaps ``diagnosis`` and ``problem``, and all else it holds.

    Returns:
        The labels, with everything that is wrong with single rows.

    Raises:
        SourceError: If one of the tables cannot be read.
        ValueError: If there are none.
    """
    if not files:
        raise ValueError("read() needs a listing that recognise() knows")
    stated = pd.concat([_read(listing, file, read) for file in files], ignore_index=True)
    known = one_row_per_id(_without_disputed(stated))
    rows = _join_images(listing, known)
    unlabelled = rows["diagnosis"].isna() | (rows["diagnosis"] == UNKNOWN)
    labels = Labels(
        label_rows(rows[~unlabelled]),
        missing_images=tuple(sorted(set(known["isic_id"]) - set(rows["isic_id"]))),
        unlabelled_images=tuple(rows.loc[unlabelled, "image_id"]),
        has_metadata=not stated.columns.intersection(list(METADATA)).empty,
        row_problems=join_problems(_problems(listing, stated, known)),
    )
    return join_metadata(labels, metadata_tables(listing, files))


def _read(listing: Listing, file: SourceFile, read: TableReader) -> pd.DataFrame:
    """Read one labelling table, with ids as `id_of` gives them and the split that the table's name speaks of."""
    rows = read(listing, file).dropna(subset=["isic_id"])
    meant = map_texts(rows["label"], diagnosis_of)
    return rows.assign(
        isic_id=rows["isic_id"].map(id_of),
        diagnosis=rows["diagnosis"].fillna(meant) if "diagnosis" in rows else meant,
        table_split=split_in_name(file.name),
    )


def _without_disputed(stated: pd.DataFrame) -> pd.DataFrame:
    if stated["isic_id"].is_unique:
        return stated
    disputed = stated.groupby("isic_id")["diagnosis"].transform("nunique") > 1
    return stated.assign(**{column: stated[column].mask(disputed, None) for column in ("label", "diagnosis")})


def _join_images(listing: Listing, known: pd.DataFrame) -> pd.DataFrame:
    names = [file.name for file in listing.images]
    images = pd.DataFrame({"image_id": names, "isic_id": match_ids(names, known["isic_id"])}, dtype="object")
    rows = images.merge(known, on="isic_id", how="left")
    parents = [name.rpartition("/")[0] for name in names]
    splits = {parent: split_in_name(parent) for parent in set(parents)}
    of_tables = rows["table_split"].astype("object").where(rows["table_split"].notna(), None)
    return rows.assign(
        publisher_split=published_splits(
            splits[parent] or of_table for parent, of_table in zip(parents, of_tables, strict=True)
        )
    )


def _problems(listing: Listing, stated: pd.DataFrame, known: pd.DataFrame) -> list[pd.DataFrame]:
    files = {id_of(file.name) for file in listing.images if not is_companion(file.name)}
    sound = stated.assign(problem=None) if "problem" not in stated else stated
    wrong = sound[sound["problem"].notna()]
    return [
        repeated_ids(stated.drop(columns=["table_split", "problem"], errors="ignore")),
        lookalike_ids({*stated["isic_id"], *files}),
        broken_table_rules(known),
        problem_rows(INVALID_METADATA, zip(wrong["isic_id"], wrong["problem"], strict=True)),
    ]
