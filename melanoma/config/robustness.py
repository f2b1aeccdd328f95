"""How a model is tried on pictures that came out a little different."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from melanoma.config.operations import suggest
from melanoma.config.section import Section


@dataclass(frozen=True)
class Strength:
    """What the strength of a perturbation may be.

    Attributes:
        low: The least.
        high: The most.
        unit: What it counts, with ``{}`` for the value.
    """

    low: float
    high: float
    unit: str

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"


# Each is a file in melanoma/augmentation/perturbations, which says what the strength means.
STRENGTHS: Mapping[str, Strength] = {
    "blur": Strength(0.05, 5, "blur of {:g} % of the side"),
    "brightness": Strength(0.1, 3, "brightness × {:g}"),
    "colour_cast": Strength(-0.5, 0.5, "colour cast {:+.0%}"),
    "crop": Strength(0.01, 0.5, "crop of {:.0%}"),
    "jpeg": Strength(1, 95, "JPEG quality {:g}"),
    "rotation": Strength(-180, 180, "rotation by {:g}°"),
}


class PerturbationConfig(Section):
    """One way in which pictures are changed."""

    name: str = Field(description="blur, brightness, colour_cast, crop, jpeg or rotation.")
    strength: float = Field(
        description="blur: standard deviation in % of the side. brightness: factor. colour_cast: share by which red "
        "rises and blue falls. crop: share of the side that is cut off at the left and at the top. jpeg: quality. "
        "rotation: degrees."
    )

    @field_validator("name")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in STRENGTHS:
            close = suggest(name, STRENGTHS) or f"; there are {', '.join(STRENGTHS)}"
            raise _refuse(f"there is no such perturbation{close}")
        return name

    @model_validator(mode="after")
    def _is_in_range(self) -> "PerturbationConfig":
        strength = STRENGTHS[self.name]
        if not strength.low <= self.strength <= strength.high:
            raise _refuse(f"strength of {self.name} goes from {strength}")
        return self

    @property
    def title(self) -> str:
        """What people read, such as ``JPEG quality 50``.

        Examples:
            >>> PerturbationConfig(name="jpeg", strength=50).title
            'JPEG quality 50'
        """
        text = STRENGTHS[self.name].unit.format(self.strength).replace("%", " %").replace("  %", " %")
        return text[0].upper() + text[1:]


def _refuse(reason: str) -> PydanticCustomError:
    return PydanticCustomError("perturbation", "{reason}", {"reason": reason})


def _perturb(name: str, strength: float) -> PerturbationConfig:
    return PerturbationConfig(name=name, strength=strength)


class RobustnessConfig(Section):
    """Settings of the robustness stage."""

    enabled: bool = Field(True, description="Whether the model is tried on changed pictures at all.")
    images: int = Field(
        120,
        ge=1,
        le=100_000,
        description="Test images at most, drawn by the seed, as many of each diagnosis as there are; each passes "
        "through the network once for each perturbation, which is what the stage takes its time for.",
    )
    perturbations: tuple[PerturbationConfig, ...] = Field(
        (
            _perturb("jpeg", 50),
            _perturb("blur", 0.6),
            _perturb("brightness", 1.25),
            _perturb("brightness", 0.75),
            _perturb("colour_cast", 0.1),
            _perturb("rotation", 12),
            _perturb("crop", 0.1),
        ),
        min_length=1,
        description="Each is tried alone, on every image; strengths that another camera, light or hand may well give.",
    )

    @field_validator("perturbations")
    @classmethod
    def _are_different(cls, given: tuple[PerturbationConfig, ...]) -> tuple[PerturbationConfig, ...]:
        if len(set(given)) < len(given):
            raise _refuse("a perturbation is there twice with one strength")
        return given
