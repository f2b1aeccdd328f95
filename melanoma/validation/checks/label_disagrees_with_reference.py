"""Labels that a reference table contradicts."""

from typing import Any

import pandas as pd

from melanoma.config.validate import ValidateConfig
from melanoma.data.reference import name_in_set
from melanoma.validation.finding import Check, Evidence, Finding
from melanoma.validation.reference_labels import agreement_table, contradicts, settled_figures, with_reference


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find images whose diagnosis and that of the reference cannot both be true, and count them for each diagnosis.

    With the action ``relabel`` an image takes the reference's diagnosis, in the set's own name for it. Where the set
    has no name or several for a coarse diagnosis, nothing is settled and the image leaves. An image that an earlier
    finding has relabelled is told, and stays as it is.
    """
    known = with_reference(evidence.manifest, evidence.reference)
    wrong = known[contradicts(known)]
    open_to_us = wrong[~wrong["image_id"].isin(list(evidence.relabelled))]
    settled = _settle(open_to_us, sorted(evidence.manifest["diagnosis"].unique()))
    relabels = config.label_disagrees_with_reference == "relabel"
    return Finding(
        images=tuple(wrong["image_id"]),
        severity="critical",
        action=config.label_disagrees_with_reference,
        excluded=tuple(image for image in open_to_us["image_id"] if not (relabels and image in settled)),
        remedy="Look these images up, and correct the folder or the reference; until then neither can be trusted.",
        details=_details(wrong),
        relabelled=settled,
        figures={**settled_figures(evidence, len(wrong), len(settled)), **_table(evidence, known)},
    )


def _settle(wrong: pd.DataFrame, in_set: list[str]) -> dict[str, str]:
    names = wrong["reference"].map({reading: name_in_set(reading, in_set) for reading in wrong["reference"].unique()})
    return {image: name for image, name in zip(wrong["image_id"], names, strict=True) if isinstance(name, str)}


def _table(evidence: Evidence, known: pd.DataFrame) -> dict[str, Any]:
    return {} if evidence.reference is None else {"labels_and_reference": agreement_table(known)}


def _details(wrong: pd.DataFrame) -> dict[str, str]:
    columns = (wrong[name] for name in ("image_id", "diagnosis", "reference"))
    return {image: f"label says {own}, reference says {other}" for image, own, other in zip(*columns, strict=True)}


CHECK = Check("label_disagrees_with_reference", find, rank=25)
