"""Which images of a set a model has met before."""

from collections.abc import Sequence

import pandas as pd

from melanoma.data.roles import CALIBRATION, TRAIN, VALIDATION

# On these rows weights, epoch, threshold and temperature were chosen.
MET = (TRAIN, VALIDATION, CALIBRATION)
_TIES = {"sha256": "the same file", "pixel_sha256": "the same pixels", "isic_id": "the same ISIC id"}


def find_known(rows: pd.DataFrame, manifest: pd.DataFrame, roles: Sequence[str] = MET) -> "pd.Series[str]":
    """Find the images that are also among those that a model was trained or chosen on, or that had other roles.

    An image of another size is another file with other pixels; its ISIC id still names the same picture.

    Args:
        rows: The set: ``sha256``, ``pixel_sha256`` and ``isic_id`` of each image.
        manifest: The split manifest of the model's run.
        roles: The roles to look among.

    Returns:
        For each row how it is known, the strictest tie first; null where it is not.
    """
    met = manifest[manifest["split"].isin(roles)]
    known = pd.Series(None, index=rows.index, dtype="object")
    for column, words in _TIES.items():
        values = rows[column]
        if column == "isic_id":
            values = values.where(values.astype("str").str.fullmatch(r"ISIC_\d{7}"), None)
        shared = values.notna() & values.isin(set(met[column].dropna()))
        known = known.mask(known.isna() & shared, words)
    return known
