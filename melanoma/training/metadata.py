"""Age, sex and site as numbers that stand beside the pictures. What is not known is a value of its own.

The encoding is declared, not fitted: it follows from the fields' names and the vocabularies of the ISIC Archive, so
that no row, least of all a test row, can shape it. In training each field of each image is taken as unknown now and
then: a model that had always been told would never have learned what to do where nobody says.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.config.metadata import MetadataField
from melanoma.data.metadata_rules import OLDEST_YEARS, SEXES
from melanoma.data.sites import SITES
from melanoma.seeding import generator

ENCODING = 1
"""Raised whenever a column of the encoding comes, goes, moves or changes its meaning; old models are then refused."""
UNKNOWN_SHARE = 0.2
"""How often a field is taken as unknown in training: often enough to be learned from, and four times as often not."""
_YEARS_PER_UNIT = 100.0
Floats = NDArray[np.float32]


def columns_of(fields: Sequence[MetadataField]) -> list[str]:
    """Return the names of the columns of an encoding, in order.

    Examples:
        >>> columns_of(["age_approx", "sex"])
        ['age_approx=years/100', 'age_approx=known', 'sex=female', 'sex=male', 'sex=unknown']
    """
    return [f"{field}={column}" for field in fields for column in _COLUMNS[field]]


def encode_metadata(rows: pd.DataFrame, fields: Sequence[MetadataField]) -> Floats:
    """Encode what is known of images.

    Args:
        rows: Their rows, as the manifest has them; a column that is absent is unknown.
        fields: Which of them; none: no columns.

    Returns:
        float32, [n, columns], each in 0..1.2; see `columns_of`.

    Examples:
        >>> rows = pd.DataFrame({"age_approx": [45.0, 900.0], "sex": ["female", None]})
        >>> encode_metadata(rows, ["age_approx", "sex"]).round(2).tolist()
        [[0.45, 1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0]]
    """
    absent = pd.Series(None, index=rows.index, dtype="object")
    blocks = [_ENCODERS[field](rows.get(field, absent)) for field in fields]
    return np.concatenate([np.empty((len(rows), 0), np.float32), *blocks], axis=1, dtype=np.float32)


def encode_views(rows: pd.DataFrame, fields: Sequence[MetadataField], views: int, seed: int | None) -> Floats:
    """Encode what is known of images, once for each view of them.

    Args:
        rows: Their rows.
        fields: Which of them.
        views: How often.
        seed: Decides what is taken as unknown, in each view anew; None: nothing is.

    Returns:
        float32, [views, n, columns].
    """
    known = encode_metadata(rows, fields)
    return np.stack([known if seed is None else forget(known, fields, seed, view) for view in range(views)])


def forget(encoded: Floats, fields: Sequence[MetadataField], seed: int, turn: int) -> Floats:
    """Return an encoding in which each field of each row is unknown with a chance of `UNKNOWN_SHARE`.

    Args:
        encoded: As `encode_metadata` returns it; it is not changed.
        fields: Its fields.
        seed: The run's seed.
        turn: The epoch or the view, counted from 0; together with the seed it decides what is forgotten.

    Returns:
        float32, [n, columns].
    """
    random = generator(seed, "unknown metadata", turn)
    is_lost = random.random((len(encoded), len(fields))) < UNKNOWN_SHARE
    of_columns = np.repeat(is_lost, [len(_COLUMNS[field]) for field in fields], axis=1)
    return np.where(of_columns, _nothing_known(fields), encoded)


def note_unknown(rows: pd.DataFrame, fields: Sequence[MetadataField]) -> list[str]:
    """Say of how many images each field is unknown; nothing of those that are known throughout."""
    counts = {
        field: int((encode_metadata(rows, [field]) == _nothing_known([field])).all(axis=1).sum()) for field in fields
    }
    return [f"{field}: unknown for {count:,} of {len(rows):,} images" for field, count in counts.items() if count]


def _nothing_known(fields: Sequence[MetadataField]) -> Floats:
    """Return the encoding of an image of which nothing is known: [columns]."""
    row: Floats = encode_metadata(pd.DataFrame(index=[0]), fields)[0]
    return row


def _encode_age(values: pd.Series) -> NDArray[np.float64]:
    """Encode years, [n] -> [n, 2]: the years and that they are known, or twice 0."""
    years = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64)
    is_known = (years >= 0) & (years <= OLDEST_YEARS)
    return np.stack([np.where(is_known, years, 0.0) / _YEARS_PER_UNIT, is_known], axis=1)


def _one_hot(words: Sequence[str]) -> Callable[[pd.Series], NDArray[np.float64]]:
    """Return what encodes one of some words, [n] -> [n, words + 1]; the last column is of all else."""

    def encode(values: pd.Series) -> NDArray[np.float64]:
        codes = values.map({word: code for code, word in enumerate(words)}).astype("Float64").fillna(len(words))
        hot: NDArray[np.float64] = np.eye(len(words) + 1)[codes.to_numpy(dtype=np.intp)]
        return hot

    return encode


_UNKNOWN = "unknown"
_SEXES, _SITES = sorted(SEXES), sorted(SITES)
_ENCODERS: dict[MetadataField, Callable[[pd.Series], NDArray[np.float64]]] = {
    "age_approx": _encode_age,
    "sex": _one_hot(_SEXES),
    "anatom_site_general": _one_hot(_SITES),
}
_COLUMNS: dict[MetadataField, list[str]] = {
    "age_approx": ["years/100", "known"],
    "sex": [*_SEXES, _UNKNOWN],
    "anatom_site_general": [*_SITES, _UNKNOWN],
}
