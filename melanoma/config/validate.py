"""What is done with what the audit finds."""

from typing import Literal

from pydantic import Field

from melanoma.config.section import Section

Action = Literal["exclude", "keep", "merge", "relabel", "fail"]


class ValidateConfig(Section):
    """Settings of the validate stage: one action per finding, the files given to it, the limits of the table checks.

    Actions: ``exclude``: the images named leave the data. ``keep``: they stay and are told. ``merge``: they stay, in
    one split group. ``relabel``: they take the diagnosis of the reference, and leave where it does not settle theirs.
    ``fail``: the data is refused. Each finding offers those that differ for it: identical pictures always share one
    split group, so that merging them would be keeping them.
    """

    unreadable_image: Literal["exclude", "fail"] = Field(
        "exclude", description="A file without a picture cannot stay; fail where a complete set is a must."
    )
    exact_duplicate: Literal["exclude", "keep", "fail"] = Field(
        "exclude", description="Same image, same diagnosis: all copies but one leave the data."
    )
    label_conflict: Literal["exclude", "keep", "relabel", "fail"] = Field(
        "exclude", description="Same image, two diagnoses: nobody knows which, so all copies leave."
    )
    label_disagrees_with_reference: Literal["exclude", "keep", "relabel", "fail"] = Field(
        "exclude", description="Label and reference contradict each other: one is wrong, so the image leaves."
    )
    image_in_train_and_test: Literal["exclude", "keep", "fail"] = Field(
        "exclude", description="The training copy of a published test image leaves."
    )
    lesion_in_train_and_test: Literal["exclude", "keep", "fail"] = Field(
        "exclude", description="Training images of a lesion that is in the test set leave."
    )
    patient_in_train_and_test: Literal["exclude", "keep", "fail"] = Field(
        "exclude", description="Training images of a patient who is in the test set leave."
    )
    near_duplicate: Literal["merge", "exclude", "keep", "fail"] = Field(
        "merge",
        description="The same picture turned, recoloured or cropped: merge keeps all of it on one side of the split.",
    )
    class_imbalance: Literal["keep", "fail"] = Field(
        "keep", description="Rare diagnoses are told, not thinned out; balance and the metrics see to them."
    )
    reference_labels: str | None = Field(
        None,
        min_length=1,
        description="CSV file of diagnoses by image id, such as the ISIC 2019 ground truth; a second opinion.",
    )
    expectations: str | None = Field(
        None,
        min_length=1,
        description="YAML file of Great Expectations' expectations beside the built-in ones; your own rules.",
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

    # Checks of the pictures, and of what is not the lesion.
    blank_image: Literal["exclude", "keep", "fail"] = Field(
        "exclude", description="Nearly black, nearly white, or one tone all over: there is no lesion to learn from."
    )
    small_image: Literal["exclude", "keep", "fail"] = Field(
        "keep", description="Smaller than ingest.size_px: enlarged, but a picture of the lesion all the same."
    )
    outlier_image: Literal["exclude", "keep", "fail"] = Field(
        "keep", description="Looks like text, a drawing or a landscape; a person should look before it leaves."
    )
    source_confound: Literal["keep", "fail"] = Field(
        "keep", description="The diagnosis shows in what is not the lesion; no single image is at fault."
    )
    confound_margin: float = Field(
        0.2,
        ge=0,
        le=1,
        description="A diagnosis counts as given away by what no lesion can change if it is named this much more often "
        "for its own images than for others, at the lower end of the 95 % interval.",
    )
