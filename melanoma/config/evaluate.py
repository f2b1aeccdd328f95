"""How predictions are turned into figures with intervals."""

from pydantic import Field

from melanoma.config.section import Section


class EvaluateConfig(Section):
    """Settings of the evaluate stage."""

    resamples: int = Field(
        2000,
        ge=100,
        le=100_000,
        description="Bootstrap resamples of lesions; fewer leave the tails of a 95 % interval to chance.",
    )
    target_sensitivity: float = Field(
        0.95,
        gt=0,
        le=1,
        description="Share of melanomas that the operating point finds on validation; a miss costs most.",
    )
    min_sensitivity: float = Field(
        0.80,
        ge=0,
        lt=1,
        description="Sensitivity above which the partial AUROC of melanoma counts; ISIC 2024 takes 0.80, below which "
        "no test for melanoma is of use.",
    )
    ece_bins: int = Field(
        15,
        ge=2,
        le=100,
        description="Equal-mass bins of the calibration error, at most; each is to hold 5 lesions or more.",
    )
    coverage: float = Field(
        0.9,
        ge=0.5,
        le=0.99,
        description="Share of images whose set of diagnoses is to hold the true one; a higher one makes sets larger.",
    )
    false_alarms: float = Field(
        0.02,
        ge=0.005,
        le=0.2,
        description="Share of pictures like the model's own that may be called out of distribution; a smaller one lets "
        "more strange pictures through and needs more calibration lesions.",
    )
    subgroups: tuple[str, ...] = Field(
        ("sex", "age_band", "anatom_site_general", "fitzpatrick_skin_type", "source_collection"),
        description="Columns by which accuracy is broken down; age_band is derived from age_approx, in years, and "
        "source_collection from attribution, or else from the source of a set that is joined from several.",
    )
    min_events: int = Field(
        10,
        ge=1,
        le=1000,
        description="Rows of a subgroup, lesions of a source, below which a figure would say nothing.",
    )
