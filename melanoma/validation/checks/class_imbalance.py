"""Diagnoses with far fewer images than the most frequent one."""

from melanoma.config.validate import ValidateConfig
from melanoma.validation.finding import Check, Evidence, Finding


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find the images of diagnoses that the largest outnumbers by the configured ratio or more."""
    manifest = evidence.manifest
    counts = manifest["diagnosis"].value_counts()
    rare = counts[counts * config.imbalance_ratio <= counts.max()]
    images = manifest.loc[manifest["diagnosis"].isin(rare.index), ["image_id", "diagnosis"]]
    return Finding(
        images=tuple(images["image_id"]),
        severity="info",
        action=config.class_imbalance,
        remedy="Read balanced accuracy, not accuracy; collect more images of: " + ", ".join(sorted(rare.index)) + ".",
        details=dict(zip(images["image_id"], images["diagnosis"], strict=True)),
    )


CHECK = Check("class_imbalance", find, rank=100)
