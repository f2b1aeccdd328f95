"""How images are read."""

from typing import Literal, TypeAlias

from pydantic import Field

from melanoma.config.section import Section

Fit: TypeAlias = Literal["squash", "crop"]


class IngestConfig(Section):
    """Settings of the ingest stage."""

    size_px: int = Field(
        192,
        ge=32,
        le=1024,
        description="Side of the square that each image is resized to, in pixels. EfficientNet-Lite1 was trained "
        "at 240; folds hardly tell the sides from 160 to 192 apart (docs/adr/0011). The notebook has 180.",
    )
    fit: Fit = Field(
        "squash",
        description="How an image becomes a square: all of it squashed, or its largest centred square. A set that is "
        "published as centre crops, as HAM10000 often is, goes with originals that are cropped likewise.",
    )
    shard_images: int = Field(
        1000,
        ge=1,
        le=20000,
        description="Images per shard, about; a shard is the unit of work, of caching and of distribution.",
    )
    max_megapixels: float = Field(
        170, gt=0, le=178, description="Larger images are quarantined before they are decoded, as decompression bombs."
    )
