"""A manifest beside a reference table: which labels it confirms, and which it contradicts."""

from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from melanoma.data.taxonomy import compatible
from melanoma.validation.finding import Evidence

SETTLED = "settled_by_reference"


def with_reference(manifest: pd.DataFrame, reference: pd.DataFrame | None) -> pd.DataFrame:
    """Give each image the reference's diagnosis by its ISIC id, or by its file's name where it has none.

    Args:
        manifest: One row per image.
        reference: ``isic_id`` and ``diagnosis``, each id once; None is a reference that knows no image.

    Returns:
        The manifest with a column ``reference``, null for images that are not in it.
    """
    if reference is None:
        return manifest.assign(reference=pd.Series(None, index=manifest.index, dtype="object"))
    stems = manifest["image_id"].map(lambda name: PurePosixPath(name).stem)
    found = manifest["isic_id"].fillna(stems).map(reference.set_index("isic_id")["diagnosis"]).astype("object")
    return manifest.assign(reference=found.where(found.notna(), None))


def contradicts(known: pd.DataFrame) -> "pd.Series[bool]":
    """Tell for each row of `with_reference` whether its diagnosis and the reference's cannot both be true.

    A coarse name does not contradict a fine one: what ISIC 2019 calls benign keratosis may be a seborrheic keratosis.
    """
    pairs = known[["diagnosis", "reference"]].drop_duplicates().dropna()
    apart = {
        (own, other)
        for own, other in pairs.itertuples(index=False, name=None)
        if not compatible(own, other)
    }  # fmt: skip
    both = zip(known["diagnosis"], known["reference"], strict=True)
    return pd.Series([pair in apart for pair in both], index=known.index, dtype="bool")


def settled_figures(evidence: Evidence, images: int, settled: int) -> dict[str, Any]:
    """Return for a finding's figures how many of its images relabelling keeps; nothing without images or reference."""
    return {SETTLED: settled} if images and evidence.reference is not None else {}


def agreement_table(known: pd.DataFrame) -> list[dict[str, Any]]:
    """Count for each diagnosis of the set how the reference reads its images.

    Args:
        known: The rows of `with_reference`.

    Returns:
        For each diagnosis ``diagnosis``, ``images``, ``agree``, ``disagree``, ``not_in_reference`` and
        ``reference_says``, the images by the reference's diagnosis.
    """
    marked = known.assign(contradicted=contradicts(known), known=known["reference"].notna())
    return [_agreement(str(diagnosis), rows) for diagnosis, rows in marked.groupby("diagnosis")]


def _agreement(diagnosis: str, rows: pd.DataFrame) -> dict[str, Any]:
    wrong = int(rows["contradicted"].sum())
    return {
        "diagnosis": diagnosis,
        "images": len(rows),
        "agree": int(rows["known"].sum()) - wrong,
        "disagree": wrong,
        "not_in_reference": int((~rows["known"]).sum()),
        "reference_says": {str(name): int(n) for name, n in rows["reference"].value_counts().sort_index().items()},
    }
