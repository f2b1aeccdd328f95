"""The publisher's table: one row per file, with the gaps that such tables have."""

import csv
import io
from collections.abc import Iterable, Mapping

from melanoma.data.synthetic.plan import Picture
from melanoma.seeding import generator

MISSING_SHARE: Mapping[str, float] = {
    "age_approx": 0.03,
    "sex": 0.02,
    "anatom_site_general": 0.05,
    "fitzpatrick_skin_type": 0.1,
}
COLUMNS = ("isic_id", "lesion_id", "patient_id", *MISSING_SHARE)

Row = dict[str, str]


def metadata_rows(pictures: Iterable[Picture], seed: int) -> list[Row]:
    """Tabulate the pictures, sorted by `isic_id`; a missing value is an empty text.

    Args:
        pictures: Every file of the set.
        seed: The set's seed; with a picture's id it decides which of its values are missing.

    Returns:
        One row per picture with the keys `COLUMNS`. The ids are always there.
    """
    return [_row(picture, seed) for picture in sorted(pictures, key=lambda picture: picture.isic_id)]


def missing_values(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    """Name the pictures without a value, column by column."""
    listed = list(rows)
    return {column: tuple(row["isic_id"] for row in listed if not row[column]) for column in MISSING_SHARE}


def csv_text(rows: Iterable[Row]) -> str:
    """Write the rows as CSV with a header and a line feed after each line."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _row(picture: Picture, seed: int) -> Row:
    rng = generator(seed, "missing", picture.isic_id)
    row = {column: str(getattr(picture, column)) for column in COLUMNS}
    gone = {column for column, share in MISSING_SHARE.items() if rng.random() < share}
    return {column: "" if column in gone else value for column, value in row.items()}
