"""What is wrong with a picture that nobody should tell a diagnosis from, by the rules of the audit's checks.

The audit compares sizes within a set; a single picture has no set, so that its size is judged by the network's.
"""

from collections.abc import Sequence

import pandas as pd

from melanoma.validation.checks import blank_image, outlier_image

_LEAST_SHARE = 0.5  # of the network's side: below, three of four pixels that it sees are made up


def name_faults(measures: pd.DataFrame, sides_px: Sequence[int], size_px: int) -> list[str]:
    """Say what is wrong with each picture.

    Args:
        measures: The columns of `melanoma.data.measures.appearance`, a row per picture.
        sides_px: The shorter side of each, as stored in its file.
        size_px: The side that the network takes.

    Returns:
        For each the fault, or nothing if there is none.
    """
    kinds = zip(blank_image.name_kinds(measures), outlier_image.name_kinds(measures), sides_px, strict=True)
    return [str(blank or odd) or _name_small(side, size_px) for blank, odd, side in kinds]


def _name_small(side_px: int, size_px: int) -> str:
    if side_px >= _LEAST_SHARE * size_px:
        return ""
    return f"too small: its shorter side is {side_px} pixels, less than half of the {size_px} that the model takes"
