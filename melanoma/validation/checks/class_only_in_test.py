"""Diagnoses that the publisher tests and never shows in training: no model can know them."""

from melanoma.config.validate import ValidateConfig
from melanoma.validation.finding import Check, Evidence, Finding


def find(evidence: Evidence, _: ValidateConfig) -> Finding:
    """Find test images of diagnoses without any image outside the published test."""
    manifest = evidence.manifest
    is_test = manifest["publisher_split"] == "test"
    unknown = set(manifest["diagnosis"]) - set(manifest.loc[~is_test, "diagnosis"]) if not is_test.all() else set()
    rows = manifest.loc[manifest["diagnosis"].isin(unknown), ["image_id", "diagnosis"]]
    return Finding(
        images=tuple(rows["image_id"]),
        severity="warning",
        remedy=f"Add training images of {', '.join(sorted(unknown)) or 'such diagnoses'}, or leave these out.",
        details=dict(zip(rows["image_id"], rows["diagnosis"], strict=True)),
    )


CHECK = Check("class_only_in_test", find, rank=106)
