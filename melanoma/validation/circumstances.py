"""What is known of an image that is not the lesion: its file, its source, and what surrounds the lesion."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "image size": ("width", "height"),
    "file size": ("file_bytes", "bytes_per_pixel"),
    "file format": ("format",),
    "JPEG tables": ("jpeg_tables",),
    "source collection": ("attribution",),
    "border colour": ("border_red", "border_green", "border_blue"),
    "dark corners": ("dark_corners",),
    "ruler marks": ("ruler_marks",),
}
SHOWS_SKIN = frozenset({"border colour", "file size"})  # a large or rough lesion changes these too
_TEXTS = {"format", "jpeg_tables", "attribution"}
_FREQUENT = 30


@dataclass(frozen=True)
class Circumstances:
    """Numbers per image.

    Attributes:
        values: Float64, [n, d]; NaN where a number is not known.
        is_category: Of each of the d columns, whether its numbers are codes without an order.
        columns: The columns of each property, by the property's name in words.
    """

    values: NDArray[np.float64]
    is_category: NDArray[np.bool_]
    columns: Mapping[str, NDArray[np.intp]]

    def of_the_instrument(self) -> "Circumstances":
        """Return what neither skin nor lesion can change."""
        kept = {name: columns for name, columns in self.columns.items() if name not in SHOWS_SKIN}
        order = np.concatenate([*kept.values(), np.zeros(0, dtype=np.intp)])
        places = np.split(np.arange(len(order)), np.cumsum([len(columns) for columns in kept.values()])[:-1])
        return Circumstances(self.values[:, order], self.is_category[order], dict(zip(kept, places, strict=False)))


def circumstances_of(manifest: pd.DataFrame) -> Circumstances:
    """Collect what a manifest knows about its images beside the lesion.

    A column that is absent, or the same for every image, is left out.

    Args:
        manifest: One row per image.

    Returns:
        The circumstances, in the order of the manifest's rows.
    """
    known = _with_density(manifest)
    varied = {name: column for name in _all_columns() if name in known and (column := known[name]).nunique(False) > 1}
    names = list(varied)
    values = [_codes(column) if name in _TEXTS else column.to_numpy(np.float64) for name, column in varied.items()]
    places = {
        property_name: np.array([names.index(column) for column in columns if column in varied], dtype=np.intp)
        for property_name, columns in PROPERTIES.items()
    }
    return Circumstances(
        np.stack(values, axis=1) if values else np.zeros((len(manifest), 0)),
        np.array([name in _TEXTS for name in names], dtype=np.bool_),
        {name: columns for name, columns in places.items() if len(columns)},
    )


def _all_columns() -> list[str]:
    return [column for columns in PROPERTIES.values() for column in columns]


def _with_density(manifest: pd.DataFrame) -> pd.DataFrame:
    """Add the bytes that each pixel takes: how strongly a file is compressed, whatever its size."""
    if not {"file_bytes", "width", "height"} <= set(manifest.columns):
        return manifest
    return manifest.assign(bytes_per_pixel=manifest["file_bytes"] / (manifest["width"] * manifest["height"]))


def _codes(texts: "pd.Series[str]") -> NDArray[np.float64]:
    """Number the frequent texts by their frequency; all others share a number, and so do nulls."""
    counts = texts.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    frequent = {text: float(number) for number, text in enumerate(counts.index[:_FREQUENT])}
    codes = texts.map(frequent).astype("float64").fillna(_FREQUENT)
    return np.asarray(codes.where(texts.notna(), _FREQUENT + 1), dtype=np.float64)
