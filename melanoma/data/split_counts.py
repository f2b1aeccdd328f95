"""How many images and groups of related images each role, diagnosis and fold of a split has."""

from typing import Any

import pandas as pd

from melanoma.data.roles import ROLES

EXCLUDED = "excluded"
PLACES = (*ROLES, EXCLUDED)
Count = dict[str, int]


def count_split(rows: pd.DataFrame) -> dict[str, Any]:
    """Count what a split has where.

    Args:
        rows: ``diagnosis``, ``group_id``, ``split`` (null where excluded), ``fold`` (null where excluded or test) and
            ``excluded_because`` of each image.

    Returns:
        JSON values: under ``total``, and under ``classes`` for each diagnosis, ``images`` and ``groups`` of each role
        and of ``excluded``; under ``folds`` the same of each fold; under ``excluded_because`` the images that were left
        out, by reason. A group with images of two diagnoses counts with both, and once in the total.
    """
    placed = rows.assign(place=rows["split"].fillna(EXCLUDED))
    folds = sorted(rows["fold"].dropna().unique().tolist())
    reasons = rows.loc[rows["split"].isna(), "excluded_because"].value_counts()
    return {
        "total": _count_places(placed),
        "classes": [
            {"diagnosis": str(name), **_count_places(of_class)} for name, of_class in placed.groupby("diagnosis")
        ],
        "folds": [{"fold": fold, **_count(rows[rows["fold"] == fold])} for fold in folds],
        "excluded_because": {str(reason): int(images) for reason, images in reasons.items()},
    }


def _count_places(rows: pd.DataFrame) -> dict[str, Count]:
    return {place: _count(rows[rows["place"] == place]) for place in PLACES}


def _count(rows: pd.DataFrame) -> Count:
    return {"images": len(rows), "groups": int(rows["group_id"].nunique())}
