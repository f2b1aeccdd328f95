"""What is done with what the audit finds."""

from typing import Literal

from pydantic import Field

from melanoma.config.section import Section

Action = Literal["exclude", "keep", "merge", "relabel", "fail"]


class ValidateConfig(Section):
    """Settings of the validate stage: one action per finding, and the limits of the table checks."""

    exact_duplicate: Action = Field(
        "exclude", description="Same image, same diagnosis: all copies but one leave the data."
    )
    label_conflict: Action = Field(
        "exclude", description="Same image, two diagnoses: nobody knows which, so all copies leave."
    )
    image_in_train_and_test: Action = Field(
        "exclude", description="The training copy of a published test image leaves."
    )
    lesion_in_train_and_test: Action = Field(
        "exclude", description="Training images of a lesion that is in the test set leave."
    )
    patient_in_train_and_test: Action = Field(
        "exclude", description="Training images of a patient who is in the test set leave."
    )
    near_duplicate: Literal["merge", "exclude", "keep", "fail"] = Field(
        "merge",
        description="The same picture turned, recoloured or cropped: merge keeps all of it on one side of the split.",
    )
    min_classes: int = Field(2, ge=2, description="With fewer diagnoses there is nothing to tell apart.")
    min_images: int = Field(20, ge=1, description="With fewer usable images no split can be made, let alone a model.")
    max_unreadable_share: float = Field(
        0.2,
        ge=0,
        le=1,
        description="A larger share of unreadable files points at a broken copy of the data, not at stray files.",
    )
    imbalance_ratio: float = Field(
        10, gt=1, description="Largest class over smallest class from which imbalance is reported."
    )
