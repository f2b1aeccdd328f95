"""How rows are divided into training, validation, calibration and test, and into folds."""

from typing import Literal

from pydantic import Field, field_validator

from melanoma.config.section import Section


class SplitConfig(Section):
    """Settings of the split stage."""

    protocol: Literal["grouped", "after_augmentation"] = Field(
        "grouped",
        description="grouped: by patient, lesion and like image, before augmentation. "
        "after_augmentation: the notebook's, which leaks; for comparison only.",
    )
    validation_share: float = Field(
        0.2, gt=0, lt=0.5, description="Share of the rows outside test that early stopping watches."
    )
    calibration_share: float = Field(
        0.1,
        ge=0,
        lt=0.5,
        description="Share of the rows outside test that probabilities are calibrated on; 0: none. Half of validation: "
        "calibration fits few parameters, and every row here is one less to train on.",
    )
    test_share: float = Field(
        0.2, gt=0, lt=0.5, description="Share held out as test where the publisher gives no test folder."
    )
    folds: int = Field(
        5,
        ge=0,
        le=50,
        description="Folds of the rows outside test, for cross-validation; 0: none. Five cost five trainings and leave "
        "four fifths of the rows to each.",
    )

    @field_validator("folds")
    @classmethod
    def _one_fold_is_none(cls, folds: int) -> int:
        if folds == 1:
            raise ValueError("one fold leaves nothing to train on; give 2 or more, or 0 for none")
        return folds
