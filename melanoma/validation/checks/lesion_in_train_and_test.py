"""Lesions with images on both sides of the publisher's split."""

from melanoma.config.validate import ValidateConfig
from melanoma.validation.finding import Check, Evidence, Finding
from melanoma.validation.twins import on_both_sides


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find lesions on both sides; their training images are the ones that leave."""
    shared = on_both_sides(evidence.manifest, "lesion_id")
    return Finding(
        images=tuple(shared["image_id"]),
        severity="critical",
        action=config.lesion_in_train_and_test,
        excluded=tuple(shared.loc[shared["publisher_split"] != "test", "image_id"]),
        remedy="Keep all images of a lesion on one side; another view of a known lesion is no new lesion.",
        details=dict(zip(shared["image_id"], "lesion " + shared["lesion_id"], strict=True)),
        groups=dict(zip(shared["image_id"], shared["lesion_id"], strict=True)),
    )


CHECK = Check("lesion_in_train_and_test", find, rank=40)
