"""Metadata that cannot be true: after the rules of the ISIC Archive (one lesion has one patient; ages are human)."""

import pandas as pd

from melanoma.config.validate import ValidateConfig
from melanoma.validation.finding import Check, Evidence, Finding

_OLDEST_YEARS = 120
_SEXES = {"male", "female"}


def find(evidence: Evidence, _: ValidateConfig) -> Finding:
    """Find ages out of range, unknown sexes, lesions of two patients and lesions with two diagnoses."""
    manifest = evidence.manifest
    problems = {
        "age out of range": manifest["age_approx"].notna() & ~manifest["age_approx"].between(0, _OLDEST_YEARS),
        "sex neither male nor female": manifest["sex"].notna() & ~manifest["sex"].isin(_SEXES),
        "lesion of two patients": _differs_within_lesion(manifest, "patient_id"),
        "lesion with two diagnoses": _differs_within_lesion(manifest, "diagnosis"),
    }
    details: dict[str, str] = {}
    for problem, rows in problems.items():
        for image in manifest.loc[rows, "image_id"]:
            details[image] = f"{details[image]}; {problem}" if image in details else problem
    return Finding(
        images=tuple(details),
        severity="warning",
        remedy="Correct these rows of the publisher's table.",
        details=details,
    )


def _differs_within_lesion(manifest: pd.DataFrame, column: str) -> "pd.Series[bool]":
    return manifest.groupby("lesion_id")[column].transform("nunique") > 1


CHECK = Check("invalid_metadata", find, rank=90)
