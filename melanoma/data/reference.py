"""A second opinion: diagnoses by image id, from whatever table has them."""

from collections.abc import Collection
from pathlib import Path, PurePosixPath

import pandas as pd

from melanoma.data.archive_levels import LEVELS, read_levels
from melanoma.data.given_file import GivenFile
from melanoma.data.listing import IMAGE_SUFFIXES, Listing, SourceFile, isic_id_of
from melanoma.data.one_hot import read_one_hot
from melanoma.data.tables import read_table
from melanoma.data.taxonomy import compatible, diagnosis_of
from melanoma.errors import SourceError

_LABEL_COLUMNS = ("diagnosis", "dx")
_ONE_HOT = {
    "ak": "actinic keratosis",
    "akiec": "akiec",
    "bcc": "bcc",
    "bkl": "bkl",
    "df": "df",
    "mel": "mel",
    "melanoma": "melanoma",
    "nv": "nv",
    "scc": "squamous cell carcinoma",
    "seborrheic_keratosis": "seborrheic keratosis",
    "vasc": "vasc",
}
_NEITHER_OF_TWO = ({"melanoma", "seborrheic_keratosis"}, "nevus")  # ISIC 2017 part 3, Codella et al., arXiv:1710.05006


def read_reference(given: GivenFile) -> pd.DataFrame:
    """Read a table of diagnoses: one-hot (ISIC 2017 to 2019), ``dx``, the Archive's levels, or a ``diagnosis`` by id.

    Args:
        given: The CSV file.

    Returns:
        ``isic_id`` and ``diagnosis``, one row per id. An id without a diagnosis, or with two, is not among them.

    Raises:
        SourceError: If it is no such table.
    """
    given.read()  # raises where it is no longer what the key was made from
    file = SourceFile(given.path.name, 0, given.sha256)
    table = read_table(Listing(root=given.path.parent, images=(), tables=(file,)), file)
    if "isic_id" not in table:
        raise SourceError(f"{given.path}: has no column of image ids; name it isic_id, image_id or image")
    ids = table["isic_id"].map(_id_in, na_action="ignore")
    rows = pd.DataFrame({"isic_id": ids, "diagnosis": _diagnoses(table, given.path)}).dropna()
    several = rows.groupby("isic_id")["diagnosis"].transform("nunique") > 1
    return rows[~several].drop_duplicates("isic_id").sort_values("isic_id", ignore_index=True)


def name_in_set(diagnosis: str, known: Collection[str]) -> str | None:
    """Return what a set of images calls a diagnosis.

    A reference may be coarser than the set: ISIC 2019's benign keratosis covers two folders of the nine-class set. It
    is translated only where it leaves no choice.

    Args:
        diagnosis: The reference's.
        known: The diagnoses of the set.

    Returns:
        The same name if the set has it, else the only one that is compatible with it; None if there is none or several.
    """
    if diagnosis in known:
        return diagnosis
    fitting = [name for name in known if compatible(diagnosis, name)]
    return fitting[0] if len(fitting) == 1 else None


def _id_in(cell: str) -> str:
    """Return the id that a cell names: ISIC 2019 lists ``ISIC_0000002_downsampled``, others list files' names."""
    path = PurePosixPath(cell.strip())
    return isic_id_of(cell) or (path.stem if path.suffix.lower() in IMAGE_SUFFIXES else path.name)


def _diagnoses(table: pd.DataFrame, path: Path) -> "pd.Series[str]":
    if LEVELS[0] in table:
        levels: pd.Series[str] = read_levels(table, LEVELS)["diagnosis"]
        return levels
    named = next((name for name in _LABEL_COLUMNS if name in table), None)
    if named:
        return table[named].map(diagnosis_of, na_action="ignore")
    columns = {name: label for name, label in _ONE_HOT.items() if name in table}
    if len(columns) < 2:
        raise SourceError(
            f"{path}: has no diagnoses; expected a column diagnosis or dx, or one-hot columns such as MEL"
        )
    pair, rest = _NEITHER_OF_TWO
    labels = read_one_hot(table, columns, rest if set(columns) == pair else None)["label"]
    return labels.map(diagnosis_of, na_action="ignore")
