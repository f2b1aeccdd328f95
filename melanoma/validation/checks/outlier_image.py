"""Pictures that are no dermoscopy: text, screenshots, charts, landscapes.

The rules are absolute, so that a set which is odd as a whole does not hide its odd pictures and a clean set has none.
They leave room above what 13,859 real pictures reach (HAM10000, ISIC 2017, the nine-class set: none fires). Limits: a
photograph in the colours of skin, or of a room, looks like dermoscopy by these numbers and is not found.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.config.validate import ValidateConfig
from melanoma.validation.finding import Check, Evidence, Finding

_NEEDED = {"brightness", "sharpness", "skin_share", "grey_share", "green_share", "plain_share"}
_LITTLE_SKIN = 0.5  # real pictures under a blue lamp have none at all: it takes a second sign
_DRAWN = 0.5  # share of equal neighbours; real pictures have up to 0.47, and more once strongly compressed
_EDGE = 12.0  # grey levels between neighbours that differ; compressed pale skin has up to 8, drawings 17 and more
_GREEN = 0.35  # share of green pixels; real pictures have up to 0.27, a coloured sticker
_COLOURLESS, _PAPER, _PRINT = 0.97, 200.0, 4.0  # share, and grey levels of brightness and of sharpness
_STATIC = 25.0  # grey levels of sharpness; a head of hair has up to 20


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find pictures that are drawn, printed, green, or sharper than a lens makes them."""
    manifest = evidence.manifest
    if not set(manifest.columns) >= _NEEDED:
        return _finding({}, config)
    kinds = name_kinds(manifest)
    odd = kinds != ""
    return _finding(dict(zip(manifest.loc[odd, "image_id"], kinds[odd].tolist(), strict=True)), config)


def name_kinds(measures: pd.DataFrame) -> NDArray[np.str_]:
    """Say of each picture what it looks like instead; nothing of one that may be dermoscopy: [n], from its measures."""
    little_skin = measures["skin_share"] < _LITTLE_SKIN
    edge = measures["sharpness"] / (1 - measures["plain_share"]).clip(lower=1e-3)
    paper = (measures["grey_share"] > _COLOURLESS) & (measures["brightness"] > _PAPER)
    return np.select(
        [
            paper & (measures["sharpness"] > _PRINT),
            little_skin & (measures["plain_share"] > _DRAWN) & (edge > _EDGE),
            little_skin & (measures["green_share"] > _GREEN),
            little_skin & (measures["sharpness"] > _STATIC),
        ],
        ["print on white", "drawn, not photographed", "green as a landscape", "sharper than a lens makes it"],
        default="",
    )


def _finding(details: dict[str, str], config: ValidateConfig) -> Finding:
    return Finding(
        images=tuple(details),
        severity="warning",
        action=config.outlier_image,
        excluded=tuple(details),
        remedy="Look at these pictures, and set validation.outlier_image to exclude if they show no lesion.",
        details=details,
    )


CHECK = Check("outlier_image", find, rank=66)
