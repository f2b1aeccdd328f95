"""Rows of the publisher's table that no file belongs to."""

from melanoma.config.validate import ValidateConfig
from melanoma.validation.finding import Check, Evidence, Finding


def find(evidence: Evidence, _: ValidateConfig) -> Finding:
    """Find the ids that the table names and the folder lacks."""
    return Finding(
        images=evidence.missing_images,
        severity="warning",
        remedy="Check whether the download was complete; the results hold for the images that are there.",
        details=dict.fromkeys(evidence.missing_images, "in the table, no file"),
    )


CHECK = Check("missing_image", find, rank=70)
