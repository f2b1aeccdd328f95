"""Which images belong together, whatever split they are in: the same patient, the same lesion, or the same picture."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

NEAR_DUPLICATE = "near_duplicate_id"
ISIC_ID = "isic_id"
TIES = ("lesion_id", "patient_id", "duplicate_group", ISIC_ID, "sha256", "pixel_sha256", NEAR_DUPLICATE)
_Edges = tuple[np.ndarray, np.ndarray]


def group_images(
    manifest: pd.DataFrame, ties: Sequence[str] = TIES, pairs: pd.DataFrame | None = None
) -> "pd.Series[str]":
    """Join images that share a value or are a pair, also through a third image.

    Args:
        manifest: One row per image.
        ties: Columns in which an equal value ties two images; null ties nothing, and neither does a column that is
            not there.
        pairs: ``image_id`` and ``other_id`` of pictures that were found to be alike; an id that the manifest has not
            ties nothing.

    Returns:
        A group id for each row: the smallest image_id of its group.
    """
    count = len(manifest)
    ids = manifest["image_id"].reset_index(drop=True)
    edges = [_edges(_values(manifest, column)) for column in ties if column in manifest]
    edges.append(_paired(ids, pairs))
    heads, tails = (np.concatenate(ends) for ends in zip(*edges, strict=True))
    graph = coo_array((np.ones(len(heads), dtype=np.int8), (heads, tails)), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    return ids.groupby(component).transform("min").set_axis(manifest.index).rename("group_id")


def name_near_duplicates(manifest: pd.DataFrame, pairs: pd.DataFrame | None) -> "pd.Series[str]":
    """Name for each image the pictures that it is nearly the same as, so that the manifest alone can prove a split.

    Args:
        manifest: One row per image.
        pairs: As `group_images` takes them.

    Returns:
        The smallest image_id among the image and its near-duplicates, also through a third; null without any.
    """
    names = group_images(manifest, (), pairs)
    return names.where(names.duplicated(keep=False), None).astype("object").rename(NEAR_DUPLICATE)


def _values(manifest: pd.DataFrame, column: str) -> pd.Series:
    """Return what ties images; of ids only the ISIC Archive's, which name one picture wherever they stand."""
    values = manifest[column]
    if column != ISIC_ID:
        return values
    return values.where(values.astype("str").str.fullmatch(r"ISIC_\d{7}"), None)


def _edges(values: pd.Series) -> _Edges:
    """Tie each row to the first row with its value."""
    codes, _ = pd.factorize(values)
    rows = np.flatnonzero(codes >= 0)
    _, first, inverse = np.unique(codes[rows], return_index=True, return_inverse=True)
    return rows, rows[first][inverse]


def _paired(ids: pd.Series, pairs: pd.DataFrame | None) -> _Edges:
    if pairs is None or pairs.empty:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    places = pd.Index(ids)
    heads, tails = places.get_indexer(pairs["image_id"]), places.get_indexer(pairs["other_id"])
    known = (heads >= 0) & (tails >= 0)
    return heads[known], tails[known]
