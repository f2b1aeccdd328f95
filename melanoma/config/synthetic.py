"""What the synthetic set of dermoscopy-like pictures holds."""

from typing import Literal, Self

from pydantic import Field, model_validator

from melanoma.config.section import Section

PICTURES_PER_PLANTED_FILE = 36
PLANTED_FILES = (
    "exact_duplicates",
    "label_conflicts",
    "truncated_files",
    "test_images_in_train",
    "test_lesions_in_train",
)

Group = Literal["nobody", "female", "male", "under 50", "50 and over"]


class SyntheticConfig(Section):
    """Settings of the synthetic set; everything but `workers` decides its bytes."""

    images: int = Field(
        900,
        ge=72,
        le=100_000,
        description="Pictures before the planted files; below 72 a class has too few lesions to test.",
    )
    size_px: int = Field(180, ge=48, le=1024, description="Side of each square picture, in pixels; the notebook's 180.")
    test_share: float = Field(
        0.2, ge=0.1, le=0.5, description="Share of each class's lesions that goes to Test; one lesion at the least."
    )
    seed: int = Field(123, ge=0, lt=2**31, description="Every pixel and every row derives from it; the notebook's 123.")
    exact_duplicates: int = Field(
        2, ge=0, le=1000, description="Planted files with the bytes of another picture of the same class in Train."
    )
    label_conflicts: int = Field(
        2, ge=0, le=1000, description="Planted files with the bytes of a picture of another class in Train."
    )
    truncated_files: int = Field(
        1, ge=0, le=1000, description="Planted files that end in the middle of the picture, as a broken download does."
    )
    test_images_in_train: int = Field(
        2, ge=0, le=1000, description="Planted Train files with the bytes of a Test picture of the same class."
    )
    test_lesions_in_train: int = Field(
        0, ge=0, le=1000, description="Planted Train files that show the lesion of a Test picture in another view."
    )
    harder_group: Group = Field(
        "nobody", description="Patients whose lesions show their diagnosis' traits more faintly; nobody plants nothing."
    )
    harder_fading: float = Field(
        0.9,
        gt=0,
        le=1,
        description="How far the lesions of the harder group fade into the skin; at 1 nothing of them is seen.",
    )
    test_camera: float = Field(
        0,
        ge=0,
        le=1,
        description="How far the camera of the Test pictures is from that of the Train pictures, in cast, light and "
        "blur; 0 is the same camera.",
    )
    test_mix: float = Field(
        0,
        ge=0,
        le=1,
        description="How far the class mix of Test is from that of Train: rare diagnoses are the more frequent there; "
        "0 is the same mix.",
    )
    mislabelled_share: float = Field(
        0,
        ge=0,
        le=0.5,
        description="Share of each diagnosis' Train lesions that is filed under one that it is mistaken for; a model "
        "that learns from them is less sure than it could be.",
    )
    workers: int = Field(2, ge=1, le=64, description="Threads that draw; decides only how fast, never what.")

    @model_validator(mode="after")
    def _plant_few_enough(self) -> Self:
        """Keep every planted file's source distinct: each kind draws its own pictures, without return."""
        most = self.images // PICTURES_PER_PLANTED_FILE
        for name in PLANTED_FILES:
            if getattr(self, name) > most:
                raise ValueError(f"{name} is more than {most}, one per {PICTURES_PER_PLANTED_FILE} images; plant fewer")
        return self


class SyntheticScoresConfig(Section):
    """Settings of a table of predictions drawn from a model of which everything is known; no picture is drawn."""

    seed: int = Field(123, ge=0, lt=2**31, description="Every row derives from it.")
    validation: int = Field(450, ge=1, le=100_000, description="Images of split validation.")
    calibration: int = Field(250, ge=0, le=100_000, description="Images of split calibration.")
    test: int = Field(600, ge=1, le=100_000, description="Images of split test.")
    separation: float = Field(
        2.2,
        gt=0,
        le=20,
        description="How far a diagnosis' mean score lies above the others', in standard deviations of the score.",
    )
    harder_group: Group = Field("nobody", description="Patients whose lesions are harder; nobody plants nothing.")
    harder_separation: float = Field(1.2, gt=0, le=20, description="The separation of theirs, which the model knows.")
    test_separation: float | None = Field(
        None,
        gt=0,
        le=20,
        description="The separation on Test where it is another, as of another camera; the model does not know it.",
    )
    test_statistics: float = Field(
        0, ge=0, le=10, description="How far the image statistics of Test have moved, in their standard deviations."
    )
    sharpness: float = Field(
        1,
        gt=0,
        le=10,
        description="What the calibrated logits are multiplied by; above 1 the stated probabilities are too extreme.",
    )
    melanoma_odds: float = Field(
        1,
        gt=0,
        le=1000,
        description="What the calibrated odds of melanoma are multiplied by, as training on another class mix does.",
    )
