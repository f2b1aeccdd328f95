"""Diagnoses with no image, or with one lesion: what is learnt from it cannot be tested on another."""

from melanoma.config.validate import ValidateConfig
from melanoma.data.grouping import group_images
from melanoma.validation.finding import Check, Evidence, Finding


def find(evidence: Evidence, _: ValidateConfig) -> Finding:
    """Find the images of diagnoses whose images all belong together: one lesion, patient or picture."""
    manifest = evidence.manifest
    if manifest.empty:
        return _finding({})
    groups = group_images(manifest).groupby(manifest["diagnosis"]).transform("nunique")
    lone = manifest[groups == 1]
    return _finding(dict(zip(lone["image_id"], lone["diagnosis"], strict=True)))


def _finding(diagnoses: dict[str, str]) -> Finding:
    names = ", ".join(sorted(set(diagnoses.values())))
    return Finding(
        images=tuple(diagnoses),
        severity="warning",
        remedy=f"Collect more lesions of {names or 'such diagnoses'}, or leave them out: one is learnt or tested, "
        "never both.",
        details=diagnoses,
    )


CHECK = Check("small_class", find, rank=104)
