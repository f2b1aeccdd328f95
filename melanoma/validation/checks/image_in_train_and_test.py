"""Published test images that are also training images: a model is asked what it was told."""

from melanoma.config.validate import ValidateConfig
from melanoma.validation.finding import Check, Evidence, Finding
from melanoma.validation.twins import on_both_sides, twins


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find identical pictures on both sides of the publisher's split; the training copy is the one that leaves."""
    shared = on_both_sides(twins(evidence.manifest), "twin_id")
    return Finding(
        images=tuple(shared["image_id"]),
        severity="critical",
        action=config.image_in_train_and_test,
        excluded=tuple(shared.loc[shared["publisher_split"] != "test", "image_id"]),
        remedy="Remove the training copy; figures that others published on this test set may be too good.",
        details=dict(zip(shared["image_id"], "same picture as " + shared["twin_id"], strict=True)),
        groups=dict(zip(shared["image_id"], shared["twin_id"], strict=True)),
    )


CHECK = Check("image_in_train_and_test", find, rank=30)
