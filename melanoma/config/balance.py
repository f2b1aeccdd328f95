"""Which augmented copies are made."""

from typing import Literal

from pydantic import Field

from melanoma.config.section import Section


class OperationConfig(Section):
    """One of Augmentor's operations."""

    name: str = Field(
        description="The operation's name as Augmentor's Pipeline spells it, such as rotate or flip_left_right."
    )
    probability: float = Field(
        ge=0, le=1, description="How often it is applied; exact, unlike Augmentor's own rounding."
    )
    options: dict[str, bool | int | float | str] = Field(
        default_factory=dict, description="Its parameters, such as max_left_rotation in degrees."
    )


NOTEBOOK_ROTATION = OperationConfig(
    name="rotate", probability=0.7, options={"max_left_rotation": 10, "max_right_rotation": 10}
)
FLIPS = (
    OperationConfig(name="flip_left_right", probability=0.5),
    OperationConfig(name="flip_top_bottom", probability=0.5),
    OperationConfig(name="rotate_random_90", probability=0.75),
)


class BalanceConfig(Section):
    """Settings of the balance stage."""

    mode: Literal["fill", "add", "none"] = Field(
        "fill",
        description="fill: copies until each class has images_per_class. add: images_per_class copies for each class.",
    )
    images_per_class: int = Field(
        300, ge=1, le=100000, description="What `mode` counts to; training images, not test images."
    )
    operations: tuple[OperationConfig, ...] = Field(
        (*FLIPS, NOTEBOOK_ROTATION), description="Applied in this order to each copy; a lesion has no up and no left."
    )
