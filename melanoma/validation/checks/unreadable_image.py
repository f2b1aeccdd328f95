"""Files that no image could be read from."""

from melanoma.config.validate import ValidateConfig
from melanoma.data.manifest import UNREADABLE
from melanoma.validation.finding import Check, Evidence, Finding


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find the files that decoding quarantined, each with its reason."""
    bad = evidence.quarantine[evidence.quarantine["kind"] == UNREADABLE]
    return Finding(
        images=tuple(bad["image_id"]),
        severity="warning",
        action=config.unreadable_image,
        excluded=tuple(bad["image_id"]),
        remedy="Fetch these files again from their publisher; they are cut off or no images.",
        details=dict(zip(bad["image_id"], bad["reason"], strict=True)),
    )


CHECK = Check("unreadable_image", find, rank=10)
