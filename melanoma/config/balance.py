"""Which augmented copies are made."""

from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from melanoma.config.operations import NO_OPERATIONS, OPERATIONS, Value, suggest
from melanoma.config.section import Section


class OperationConfig(Section):
    """One of Augmentor's operations."""

    name: str = Field(
        description="The operation's name as Augmentor's Pipeline spells it, such as rotate or flip_left_right."
    )
    probability: float = Field(
        ge=0, le=1, description="How often it is applied; exact, unlike Augmentor's own rounding."
    )
    options: dict[str, Value] = Field(
        default_factory=dict,
        description="Its parameters, such as max_left_rotation in degrees; a wrong one is told with its range.",
    )

    @field_validator("name")
    @classmethod
    def _is_an_operation(cls, name: str) -> str:
        if name in NO_OPERATIONS:
            raise _refuse(f"{name} is no operation: {NO_OPERATIONS[name]}")
        if name not in OPERATIONS:
            close = suggest(name, OPERATIONS) or f"; it has {', '.join(OPERATIONS)}"
            raise _refuse(f"there is no such operation of Augmentor{close}")
        return name

    @model_validator(mode="after")
    def _options_fit(self) -> "OperationConfig":
        problem = OPERATIONS[self.name].find_problem(self.options)
        if problem:
            raise _refuse(f"{problem}; {self.name} takes {OPERATIONS[self.name]}")
        return self


def _refuse(reason: str) -> PydanticCustomError:
    return PydanticCustomError("operation", "{reason}", {"reason": reason})


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
        description="fill: copies until each class has images_per_class; a class that has as many or more keeps all "
        "its images and gets none. add: images_per_class copies for each class, whatever its size, drawn with "
        "replacement as by Augmentor's sample. none: no copies. Weights, samplers and losses compete with copies and "
        "cost no space: train.class_weights, train.sampler, train.loss logit_adjusted or focal. They count copies as "
        "images: where fill has made all classes equal, nothing is left for them to do.",
    )
    images_per_class: int = Field(
        300, ge=1, le=100000, description="What `mode` counts to; training images, not test images."
    )
    operations: tuple[OperationConfig, ...] = Field(
        (*FLIPS, NOTEBOOK_ROTATION), description="Applied in this order to each copy; a lesion has no up and no left."
    )
