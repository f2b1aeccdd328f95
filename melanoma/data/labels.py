"""What a publisher says about each image, in one form whatever the layout."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from melanoma.data.listing import Listing
from melanoma.data.sites import site_of
from melanoma.data.tables import map_texts, to_numbers
from melanoma.data.taxonomy import diagnosis_of

METADATA = (
    "lesion_id",
    "patient_id",
    "age_approx",
    "sex",
    "anatom_site_general",
    "anatom_site_special",
    "fitzpatrick_skin_type",
    "image_type",
    "dermoscopic_type",
    "acquisition_day",
    "attribution",
    "license",
)
COLUMNS = ("image_id", "isic_id", "diagnosis", "label", "publisher_split", "source", *METADATA, "duplicate_group")
NUMBERS = ("age_approx", "acquisition_day")

# How a diagnosis was confirmed, what is measured only of melanomas, and other words for the diagnosis itself: a model
# that saw one of these would read off the answer. They label images and check rows, and never reach the manifest.
GIVE_AWAYS = frozenset(
    {
        "benign_malignant",
        "concomitant_biopsy",
        "diagnosis_confirm_type",
        "dx",
        "dx_type",
        "invasion_thickness_interval",
        "malignant",
        "melanocytic",
        "nevus_type",
        "target",
        "tbp_lv_dnn_lesion_confidence",
        "tbp_lv_nevi_confidence",
    }
)
_GIVE_AWAY_STEMS = ("diagnosis_", "iddx_", "mel_")


def gives_away(column: str) -> bool:
    """Return whether a publisher's column tells the diagnosis."""
    return column in GIVE_AWAYS or column.startswith(_GIVE_AWAY_STEMS)


def no_row_problems() -> pd.DataFrame:
    """Return the table of row problems without a row."""
    return pd.DataFrame({"isic_id": [], "kind": [], "problem": []}, dtype="object")


@dataclass(frozen=True)
class Labels:
    """Labels and metadata of the images of one source.

    Attributes:
        rows: One row per labelled image, with the columns of `COLUMNS`; what is not known is null. Images of one
            ``duplicate_group`` are the same picture in the publisher's own words; ``source`` is the part of the set
            that an image is from, where it is joined from several.
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
        rows: At least ``image_id`` and ``label``; a ``diagnosis``, where it is given, goes before that of the label.

    Returns:
        The columns of `COLUMNS`, sorted by image_id; sex, site and skin type in the Archive's words.
    """
    complete = rows.reindex(columns=list(COLUMNS)).sort_values("image_id", ignore_index=True)
    texts = [column for column in COLUMNS if column not in NUMBERS]
    given = [column for column in texts if column in rows]
    complete[texts] = complete[texts].astype("object")
    complete[given] = complete[given].astype("str").where(complete[given].notna(), None).astype("object")
    complete["diagnosis"] = complete["diagnosis"].fillna(map_texts(complete["label"], diagnosis_of))
    complete["sex"] = map_texts(complete["sex"], lambda sex: sex.strip().casefold())
    complete["anatom_site_general"] = map_texts(complete["anatom_site_general"], site_of)
    complete["fitzpatrick_skin_type"] = map_texts(complete["fitzpatrick_skin_type"], lambda skin: skin.strip().upper())
    for column in NUMBERS:
        complete[column] = to_numbers(complete[column])
    return complete
