"""What a publisher says about each image, in one form whatever the layout."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from melanoma.data.listing import Listing
from melanoma.data.taxonomy import diagnosis_of

COLUMNS = (
    "image_id",
    "isic_id",
    "diagnosis",
    "label",
    "publisher_split",
    "lesion_id",
    "patient_id",
    "age_approx",
    "sex",
    "anatom_site_general",
)
METADATA = ("lesion_id", "patient_id", "age_approx", "sex", "anatom_site_general")


def no_row_problems() -> pd.DataFrame:
    """Return the table of row problems without a row."""
    return pd.DataFrame({"isic_id": [], "kind": [], "problem": []}, dtype="object")


@dataclass(frozen=True)
class Labels:
    """Labels and metadata of the images of one source.

    Attributes:
        rows: One row per labelled image, with the columns of `COLUMNS`; what is not known is null.
        missing_images: Ids that a table names and no file has.
        unlabelled_images: Files that no label belongs to.
        has_metadata: Whether the publisher gives metadata at all.
        row_problems: What is wrong with single rows of the publisher's tables: ``isic_id``, ``kind``
            (``duplicate_id``, ``similar_id``, ``invalid_metadata``) and ``problem`` in words.
    """

    rows: pd.DataFrame
    missing_images: tuple[str, ...] = ()
    unlabelled_images: tuple[str, ...] = ()
    has_metadata: bool = False
    row_problems: pd.DataFrame = field(default_factory=no_row_problems)


@dataclass(frozen=True)
class Layout:
    """One way in which publishers lay out a set.

    Attributes:
        name: Its short name.
        recognise: Returns why a listing has this layout, or None if it has not.
        read: Reads the labels of a listing that has it.
        rank: Layouts of lower rank are asked first.
    """

    name: str
    recognise: Callable[[Listing], str | None]
    read: Callable[[Listing], Labels]
    rank: int


def label_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Complete label rows: diagnosis from label, absent columns as null, ages as numbers, in one order.

    Args:
        rows: At least ``image_id`` and ``label``.

    Returns:
        The columns of `COLUMNS`, sorted by image_id.
    """
    complete = rows.reindex(columns=list(COLUMNS)).sort_values("image_id", ignore_index=True)
    texts = [column for column in COLUMNS if column != "age_approx"]
    complete[texts] = complete[texts].astype("str").where(complete[texts].notna(), None).astype("object")
    complete["diagnosis"] = complete["label"].map(diagnosis_of)
    complete["age_approx"] = pd.to_numeric(complete["age_approx"], errors="coerce").astype("float64")
    return complete
