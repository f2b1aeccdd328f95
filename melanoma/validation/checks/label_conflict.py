"""The same picture under two diagnoses: at least one of them is wrong, and nothing in the data says which."""

from melanoma.config.validate import ValidateConfig
from melanoma.validation.finding import Check, Evidence, Finding
from melanoma.validation.twins import twins


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find identical pictures whose diagnoses differ, within and across the publisher's splits."""
    copies = twins(evidence.manifest)
    diagnoses = copies.groupby("twin_id")["diagnosis"]
    disputed = copies[diagnoses.transform("nunique") > 1]
    readings = diagnoses.agg(lambda names: " / ".join(sorted(set(names))))
    images = tuple(disputed["image_id"])
    return Finding(
        images=images,
        severity="critical",
        action=config.label_conflict,
        excluded=images,
        remedy="Look up the true diagnosis of each, or leave them out; a model cannot learn both.",
        details=dict(zip(images, disputed["twin_id"].map(readings), strict=True)),
    )


CHECK = Check("label_conflict", find, rank=20)
