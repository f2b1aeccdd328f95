"""Examples: the rows that training and evaluation see, originals and copies, and where their pixels are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LEAK_SHARES = {"validation": "share", "calibration": "calibration_share", "test": "test_share"}
ORIGINAL, COPY = "original", "copy"
Pixels = Mapping[tuple[str, int], NDArray[np.uint8]]


@dataclass(frozen=True)
class ExampleSet:
    """Rows and their pixels.

    Attributes:
        rows: ``image_id``, ``parent_id``, ``group_id``, ``diagnosis``, ``split``, and the place of the pixels:
            ``origin``, ``shard``, ``row``.
        pixels: Mapped shards, uint8, [n, size, size, 3], by origin and shard number.
    """

    rows: pd.DataFrame
    pixels: Pixels

    @property
    def images_size_px(self) -> int:
        """Side of each image, in pixels."""
        return int(next(iter(self.pixels.values())).shape[1])

    def of(self, *splits: str) -> "ExampleSet":
        """Return the examples of some splits."""
        return ExampleSet(self.rows[self.rows["split"].isin(splits)].reset_index(drop=True), self.pixels)

    def images(self, positions: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Copy the images at some positions out of their shards: uint8, [positions, size, size, 3]."""
        places = self.rows.iloc[positions][["origin", "shard", "row"]].itertuples(index=False, name=None)
        return np.stack([self.pixels[origin, shard][row] for origin, shard, row in places])


def name_copies(copies: pd.DataFrame) -> pd.DataFrame:
    """Give each copy an id of its own: its parent's, ``#`` and its number.

    Args:
        copies: A row per copy: its parent's columns, and ``copy``, its number.

    Returns:
        The same rows with ``parent_id`` and their own ``image_id``.
    """
    own = copies["image_id"] + "#" + copies["copy"].astype(str)
    return copies.assign(parent_id=copies["image_id"], image_id=own)


def join_copies(originals: pd.DataFrame, copies: pd.DataFrame) -> pd.DataFrame:
    """Put originals and copies in one table.

    Args:
        originals: The split manifest's rows that have a split.
        copies: A row per copy, as `name_copies` returns them.

    Returns:
        Originals first, then copies.
    """
    own = originals.assign(origin=ORIGINAL, parent_id=None)
    made = copies.assign(origin=COPY).drop(columns="copy")
    return pd.concat([own, made], ignore_index=True) if len(made) else own.reset_index(drop=True)


def mark_relatives(rows: pd.DataFrame, examples: pd.DataFrame) -> pd.DataFrame:
    """Say of each evaluated image whether a relative of it is among the training examples.

    Args:
        rows: Evaluated images, with ``group_id``.
        examples: All examples with ``split`` and ``group_id``.

    Returns:
        The rows with ``has_relative``, bool; see `measure_leak` for what a relative is.
    """
    return rows.assign(has_relative=rows["group_id"].isin(_taught_groups(examples)))


def measure_leak(examples: pd.DataFrame, protocol: str) -> dict[str, Any]:
    """Count the validation, calibration and test images that have a relative in training.

    A relative is a copy of the image itself or of its source, an identical image, or one of the same lesion or patient.

    Args:
        examples: All examples with ``split`` and ``group_id``.
        protocol: The split's protocol.

    Returns:
        `leak.json`.
    """
    known = _taught_groups(examples)
    leak: dict[str, Any] = {"protocol": protocol}
    for split, share in LEAK_SHARES.items():
        rows = examples[examples["split"] == split]
        related = int(rows["group_id"].isin(known).sum())
        leak |= {f"{split}_images": len(rows), f"{split}_with_relative_in_training": related}
        leak[share] = related / len(rows) if len(rows) else 0.0
    return leak


def _taught_groups(examples: pd.DataFrame) -> set[str]:
    return set(examples.loc[examples["split"] == "train", "group_id"])
