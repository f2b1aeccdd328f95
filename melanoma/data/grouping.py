"""Which images belong together, whatever split they are in: the same lesion, or the same picture."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

TIES = ("lesion_id", "patient_id", "sha256", "pixel_sha256")


def group_images(manifest: pd.DataFrame, ties: Sequence[str] = TIES, pairs: pd.DataFrame | None = None) -> pd.Series:
    """Join images that share a lesion, a patient, bytes or pixels, or are a known pair, also through a third image.

    Args:
        manifest: One row per image.
        ties: Columns in which an equal value ties two images; null ties nothing.
        pairs: ``image_id`` and ``other_id`` of images that belong together besides; those not in the manifest tie
            nothing.

    Returns:
        A group id for each row: the smallest image_id of its group.
    """
    count = len(manifest)
    edges = [_edges(manifest[column]) for column in ties if column in manifest]
    edges.append(_pair_edges(manifest["image_id"], pairs))
    heads, tails = (np.concatenate(ends) for ends in zip(*edges, strict=True))
    graph = coo_array((np.ones(len(heads), dtype=np.int8), (heads, tails)), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    ids = manifest["image_id"].reset_index(drop=True)
    return ids.groupby(component).transform("min").set_axis(manifest.index).rename("group_id")


def _pair_edges(ids: pd.Series, pairs: pd.DataFrame | None) -> tuple[np.ndarray, np.ndarray]:
    if pairs is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    index = pd.Index(ids)
    heads, tails = index.get_indexer(pairs["image_id"]), index.get_indexer(pairs["other_id"])
    known = (heads >= 0) & (tails >= 0)
    return heads[known], tails[known]


def _edges(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Tie each row to the first row with its value."""
    codes, _ = pd.factorize(values)
    rows = np.flatnonzero(codes >= 0)
    _, first, inverse = np.unique(codes[rows], return_index=True, return_inverse=True)
    return rows, rows[first][inverse]
