"""How the report looks."""

from pydantic import Field

from melanoma.config.section import Section


class ReportConfig(Section):
    """Settings of the report stage."""

    title: str = Field(
        "Skin-lesion classification report",
        min_length=1,
        max_length=200,
        description="Stands at the top of the report; say what the run was for.",
    )
    examples_per_kind: int = Field(
        6,
        ge=0,
        le=48,
        description="Pictures of each kind: right, wrong, missed melanoma, augmented; more make a heavy file.",
    )
    figure_dpi: int = Field(
        200, ge=72, le=600, description="Dots per inch of the figures; 200 is sharp on paper and keeps the file small."
    )
