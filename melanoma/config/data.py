"""What a set is made from beside its images."""

from pydantic import Field

from melanoma.config.section import Section


class DataConfig(Section):
    """Tables that come with no source of their own; their content, not their path, decides what is made."""

    metadata: tuple[str, ...] = Field(
        (), description="CSV files with a column isic_id, whose lesions, patients and clinical data fill the gaps."
    )
