"""Read a publisher's CSV as text, whatever is in it.

Tables are UTF-8, with or without a byte-order mark, or UTF-16 with one. What is neither is read as Windows-1252, in
which spreadsheets of Western Windows save; `encoding_of` says so. A cell that a spreadsheet would take for a formula is
a text; the apostrophe that our own download puts in front of such a cell is taken away again.
"""

import codecs
import io
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from melanoma.data.isic_archive.csv_cells import unguard_cell
from melanoma.data.listing import Listing, SourceFile
from melanoma.data.source_reader import SourceReader
from melanoma.errors import SourceError

_SPELLINGS = {
    "image": "isic_id",
    "image_id": "isic_id",
    "image_name": "isic_id",
    "age": "age_approx",
    "age_approximate": "age_approx",
    "anatom_site_1": "anatom_site_general",
    "anatom_site_general_challenge": "anatom_site_general",
    "copyright_license": "license",
    "localization": "anatom_site_general",
}
_UNKNOWN = ["", "NA", "N/A", "NaN", "nan", "null", "None", "unknown"]
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
FALLBACK = "windows-1252"
_HEAD_BYTES = 1 << 16


def read_table(listing: Listing, file: SourceFile, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a CSV with every value as text and columns under their ISIC names.

    Args:
        listing: The source.
        file: One of its tables, separated by commas, semicolons or tabs.
        columns: The names of its columns, if the table itself has no header.

    Returns:
        The rows; what is empty or "unknown" is null. Of two columns for one thing, the one under its ISIC name counts.

    Raises:
        SourceError: If it is not a CSV table, or two columns of one name differ.
    """
    cells = _cells(listing.root, file)
    header = list(columns) if columns else [_name(cell) for cell in cells.iloc[0]]
    body = cells.iloc[0 if columns else 1 :].reset_index(drop=True).set_axis(range(cells.shape[1]), axis=1)
    ambiguous = _ambiguous(header, body)
    if ambiguous or len(header) != body.shape[1]:
        what = f"its columns named {ambiguous} differ; keep one" if ambiguous else f"expected {len(header)} columns"
        raise SourceError(f"{listing.root / file.name}: {what}")
    names = [_SPELLINGS.get(name, name) for name in header]
    own = [place for place, name in enumerate(header) if names[place] == name or names[place] not in header]
    renamed = body[own].set_axis([names[place] for place in own], axis=1)
    return renamed.loc[:, ~renamed.columns.duplicated()]


def table_or_none(listing: Listing, file: SourceFile) -> pd.DataFrame | None:
    """Return what `read_table` returns, or None if the file is no table: what no layout needs may be anything."""
    try:
        return read_table(listing, file)
    except SourceError:
        return None


def first_row(listing: Listing, file: SourceFile) -> tuple[str, ...]:
    """Return the cells of a table's first row, in lower case; none if the file is no table."""
    return _first_row(listing.root, file)


def columns_of(listing: Listing, file: SourceFile) -> frozenset[str]:
    """Return the names that a table's columns have in `read_table`; none if the file is no table."""
    return frozenset(_SPELLINGS.get(name, name) for name in first_row(listing, file))


def encoding_of(content: bytes) -> str:
    """Return the encoding in which a table is read: Windows-1252 for what is in none of the others."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return FALLBACK
    return "utf-8"


def to_numbers(texts: "pd.Series[str]") -> "pd.Series[float]":
    """Read numbers as tables write them: ``45``, ``45.0``, ``45,0``, the Archive's ``85+``; null for what is none."""
    return pd.to_numeric(map_texts(texts, _as_number_text), errors="coerce").astype("float64")


def map_texts(texts: pd.Series, change: Callable[[Any], Any]) -> pd.Series:
    """Change the values that are known, each different one once; null stays null, and the result is of objects."""
    changed = {text: change(text) for text in texts.dropna().unique()}
    return texts.astype("object").map(changed).astype("object").where(texts.notna(), None)


@lru_cache(maxsize=1 << 10)  # every layout looks at every table's first row
def _first_row(root: Path, file: SourceFile) -> tuple[str, ...]:
    try:
        cells = _cells(root, file, rows=1)
    except SourceError:
        return ()
    return tuple(_name(cell) for cell in cells.iloc[0])


def _cells(root: Path, file: SourceFile, rows: int | None = None) -> pd.DataFrame:
    """Read all cells, the header too, as texts."""
    with SourceReader(root) as reader:
        content = reader.read(file.name, file.archive)
    if rows is not None:
        content = _head(content)
    try:
        text = content.decode(encoding_of(content), errors="strict" if rows is None else "ignore")
        if "\0" in text:
            raise ValueError("it holds NUL bytes")
        cells = pd.read_csv(
            io.StringIO(text),
            sep=_separator(text),
            header=None,
            nrows=rows,
            dtype="object",
            na_values=_UNKNOWN,
            keep_default_na=False,
        )
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError) as problem:
        raise SourceError(
            f"{root / file.name}: not a CSV table ({_first_line(problem)}); mend or remove it"
        ) from problem
    return cells.map(unguard_cell, na_action="ignore") if "'" in text else cells


def _head(content: bytes) -> bytes:
    """Return whole lines from the beginning, so that a header costs the same whatever the table's size."""
    if len(content) <= _HEAD_BYTES:
        return content
    return content[: content.rfind(b"\n", 0, _HEAD_BYTES) + 1] or content


def _separator(text: str) -> str:
    """Return the separator that stands most often in the first line, outside quotes."""
    line = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0])
    return max(",;\t", key=line.count)


def _name(cell: object) -> str:
    return cell.strip().lower() if isinstance(cell, str) else ""


def _ambiguous(header: Sequence[str], body: pd.DataFrame) -> str | None:
    """Return a name that two columns of different content have."""
    first: dict[str, int] = {}
    for place, name in enumerate(header[: body.shape[1]]):
        earlier = first.setdefault(name, place)
        if name and not body[earlier].equals(body[place]):
            return name
    return None


def _as_number_text(text: object) -> str:
    plain = str(text).strip()
    return "85" if plain == "85+" else re.sub(r"^(-?\d+),(\d+)$", r"\1.\2", plain)


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]
