"""Which people, lesions and sources the images show, as far as the manifest knows."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

_SKIN = "fitzpatrick_skin_type"
_GROUPS = ("lesion_id", "patient_id")


def describe_sources(manifest: pd.DataFrame) -> list[dict[str, Any]]:
    """Count the images by whom to name and by licence.

    Args:
        manifest: The split manifest; ``split`` is null where an image was left out.

    Returns:
        Per attribution and licence ``attribution``, ``license`` (empty where the data do not say), ``images`` found and
        ``used``; the largest first.
    """
    stated = pd.DataFrame({name: _texts(manifest, name) for name in ("attribution", "license")})
    counted = stated.assign(images=1, used=manifest["split"].notna().astype(int).to_numpy())
    totals = counted.groupby(["attribution", "license"], as_index=False).sum()
    ordered = totals.sort_values(["images", "attribution", "license"], ascending=[False, True, True])
    return [{str(name): value for name, value in row.items()} for row in ordered.to_dict("records")]


def describe_cohort(manifest: pd.DataFrame) -> dict[str, Any]:
    """Say what is known of the images that are used.

    Args:
        manifest: The split manifest.

    Returns:
        ``images``; ``lesions`` and ``patients``, their number where any is known; ``age`` with ``known``, ``median``,
        ``low`` and ``high`` in years; ``sex``, ``site``, ``skin_type`` and ``image_type``, counts by value of the
        images of which it is known. What is not known of any image is not there.
    """
    used = manifest[manifest["split"].notna()]
    groups = {name.removesuffix("_id") + "s": int(used[name].nunique()) for name in _GROUPS if name in used}
    columns = {"sex": "sex", "site": "anatom_site_general", "skin_type": _SKIN, "image_type": "image_type"}
    counts = {name: _counts(used, column) for name, column in columns.items()}
    known = {**groups, "age": _ages(used), **counts}
    return {"images": len(used), **{name: value for name, value in known.items() if value}}


def _texts(manifest: pd.DataFrame, column: str) -> "pd.Series[str]":
    if column not in manifest:
        return pd.Series("", index=range(len(manifest)), dtype="object")
    return manifest[column].astype("object").where(manifest[column].notna(), "").astype(str).reset_index(drop=True)


def _counts(used: pd.DataFrame, column: str) -> dict[str, int]:
    values = used[column].dropna().astype(str) if column in used else pd.Series(dtype="object")
    return {str(name): int(count) for name, count in values.value_counts().sort_index().items()}


def _ages(used: pd.DataFrame) -> Mapping[str, float]:
    years = pd.to_numeric(used["age_approx"], errors="coerce").dropna() if "age_approx" in used else pd.Series()
    if years.empty:
        return {}
    low, median, high = (float(years.quantile(share)) for share in (0, 0.5, 1))
    return {"known": len(years), "median": median, "low": low, "high": high}
