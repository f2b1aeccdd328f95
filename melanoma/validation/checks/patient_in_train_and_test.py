"""Patients with images on both sides of the publisher's split."""

from melanoma.config.validate import ValidateConfig
from melanoma.validation.finding import Check, Evidence, Finding
from melanoma.validation.twins import on_both_sides


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find patients on both sides; their training images are the ones that leave."""
    shared = on_both_sides(evidence.manifest, "patient_id")
    return Finding(
        images=tuple(shared["image_id"]),
        severity="critical",
        action=config.patient_in_train_and_test,
        excluded=tuple(shared.loc[shared["publisher_split"] != "test", "image_id"]),
        remedy="Keep all images of a patient on one side; skin and camera are the same in all of them.",
        details=dict(zip(shared["image_id"], "patient " + shared["patient_id"], strict=True)),
        groups=dict(zip(shared["image_id"], shared["patient_id"], strict=True)),
    )


CHECK = Check("patient_in_train_and_test", find, rank=50)
