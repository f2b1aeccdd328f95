"""How rows are divided into training, validation and test."""

from typing import Literal

from pydantic import Field

from melanoma.config.section import Section


class SplitConfig(Section):
    """Settings of the split stage."""

    protocol: Literal["grouped", "after_augmentation"] = Field(
        "grouped",
        description="grouped: by lesion and identical image, before augmentation. "
        "after_augmentation: the notebook's, which leaks; for comparison only.",
    )
    validation_share: float = Field(
        0.2, gt=0, lt=0.5, description="Share of the rows outside test that early stopping watches."
    )
    test_share: float = Field(
        0.2, gt=0, lt=0.5, description="Share held out as test where the publisher gives no test folder."
    )
