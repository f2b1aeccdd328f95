"""Read a publisher's CSV as text, whatever is in it."""

import io

import pandas as pd

from melanoma.data.listing import Listing, SourceFile
from melanoma.errors import SourceError

_SPELLINGS = {
    "image": "isic_id",
    "image_id": "isic_id",
    "image_name": "isic_id",
    "age": "age_approx",
    "age_approximate": "age_approx",
    "localization": "anatom_site_general",
    "anatom_site_general_challenge": "anatom_site_general",
}
_UNKNOWN = ["", "NA", "N/A", "NaN", "nan", "null", "None", "unknown"]


def read_table(listing: Listing, file: SourceFile) -> pd.DataFrame:
    """Read a CSV with every value as text and columns under their ISIC names.

    Args:
        listing: The source.
        file: One of its tables, UTF-8 with or without a byte-order mark.

    Returns:
        The rows; what is empty or "unknown" is null. Of two columns for one thing, the one under its ISIC name counts.

    Raises:
        SourceError: If it is not a CSV table in UTF-8.
    """
    content = io.BytesIO(listing.read(file.name))
    try:
        table = pd.read_csv(content, dtype="object", encoding="utf-8-sig", na_values=_UNKNOWN, keep_default_na=False)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as problem:
        raise SourceError(
            f"{listing.root / file.name}: not a CSV table in UTF-8 ({_first_line(problem)}); mend or remove it"
        ) from problem
    names = {name: _SPELLINGS.get(str(name).strip().lower(), str(name).strip().lower()) for name in table.columns}
    own = [name for name in table.columns if names[name] == name or names[name] not in table.columns]
    renamed = table[own].rename(columns=names)
    return renamed.loc[:, ~renamed.columns.duplicated()]


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]
