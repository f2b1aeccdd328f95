"""The same picture more than once."""

from melanoma.config.validate import ValidateConfig
from melanoma.validation.finding import Check, Evidence, Finding
from melanoma.validation.twins import twins


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find identical pictures; one of each diagnosis as it is used stays, a test image before a training image."""
    copies = twins(evidence.manifest.assign(diagnosis=evidence.diagnoses))
    in_order = copies.assign(later=copies["publisher_split"] != "test").sort_values(["later", "image_id"])
    surplus = in_order[in_order[["twin_id", "diagnosis"]].duplicated()]
    return Finding(
        images=tuple(copies["image_id"]),
        severity="warning",
        action=config.exact_duplicate,
        excluded=tuple(sorted(surplus["image_id"])),
        remedy="Keep one file of each picture; copies weigh double in training and in the figures.",
        details=dict(zip(copies["image_id"], "same picture as " + copies["twin_id"], strict=True)),
        groups=dict(zip(copies["image_id"], copies["twin_id"], strict=True)),
    )


CHECK = Check("exact_duplicate", find, rank=60)
