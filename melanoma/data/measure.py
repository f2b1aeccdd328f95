"""What ingest measures on every picture while its pixels are at hand, so that no later stage has to read them again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.discovery import discover

THUMBNAIL_PX = 64
Thumbnails = NDArray[np.uint8]


@dataclass(frozen=True)
class Measure:
    """One measurement, a file in `melanoma.data.measures`.

    Attributes:
        columns: The manifest's columns that it gives.
        measure: Takes thumbnails, uint8, [n, 64, 64, 3], sRGB; returns a table of n rows with these columns. Row i
            depends on thumbnail i alone.
    """

    columns: tuple[str, ...]
    measure: Callable[[Thumbnails], pd.DataFrame]


def all_measures() -> tuple[Measure, ...]:
    """Return every measurement, in the order of the files' names."""
    return tuple(module.MEASURE for module in discover("melanoma.data.measures"))


def measure_thumbnails(thumbnails: Thumbnails, measures: Sequence[Measure]) -> pd.DataFrame:
    """Measure small pictures.

    Args:
        thumbnails: uint8, [n, 64, 64, 3], sRGB; the whole picture, box-averaged.
        measures: What to measure.

    Returns:
        n rows, the columns of all measures.
    """
    tables = [found.measure(thumbnails)[list(found.columns)] for found in measures]
    return pd.concat(tables, axis=1) if tables else pd.DataFrame(index=range(len(thumbnails)))
