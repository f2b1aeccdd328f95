"""Pictures that show nothing: one tone all over, nearly black, or nearly white."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.config.validate import ValidateConfig
from melanoma.validation.finding import Check, Evidence, Finding

_UNIFORM = 2.0  # grey levels of contrast; the palest of 13,859 real pictures has 4.4
_BLACK, _WHITE = 10.0, 250.0  # grey levels of mean brightness; real pictures have 46 to 241


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find pictures without contrast, or with hardly any light or nothing else."""
    manifest = evidence.manifest
    if not {"brightness", "contrast"} <= set(manifest.columns):
        return _finding({}, config)
    kinds = name_kinds(manifest)
    blank = kinds != ""
    return _finding(dict(zip(manifest.loc[blank, "image_id"], kinds[blank].tolist(), strict=True)), config)


def name_kinds(measures: pd.DataFrame) -> NDArray[np.str_]:
    """Say of each picture in what way it is blank; nothing of one that is not: [n], from ``brightness, contrast``."""
    return np.select(
        [measures["brightness"] <= _BLACK, measures["brightness"] >= _WHITE, measures["contrast"] <= _UNIFORM],
        ["nearly black", "nearly white", "one tone all over"],
        default="",
    )


def _finding(details: dict[str, str], config: ValidateConfig) -> Finding:
    return Finding(
        images=tuple(details),
        severity="warning",
        action=config.blank_image,
        excluded=tuple(details),
        remedy="Fetch these files again, or leave them out: they show no lesion, and a diagnosis is all they teach.",
        details=details,
    )


CHECK = Check("blank_image", find, rank=64)
