"""Which predictions are explained by a heat map."""

from pydantic import Field

from melanoma.config.section import Section


class ExplainConfig(Section):
    """Settings of the explain stage."""

    enabled: bool = Field(True, description="Whether heat maps are made at all.")
    images_per_kind: int = Field(
        6,
        ge=1,
        le=12,
        description="Test images of each kind: right, wrong, missed melanoma; chosen by the rule of the examples.",
    )
    picture_px: int = Field(
        160, ge=64, le=320, description="Side of each picture in the report; larger ones make a heavy file."
    )
