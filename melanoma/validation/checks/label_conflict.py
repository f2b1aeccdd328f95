"""The same picture under two diagnoses: at least one of them is wrong, and only another source can say which."""

import pandas as pd

from melanoma.config.validate import ValidateConfig
from melanoma.data.reference import name_in_set
from melanoma.validation.finding import Check, Evidence, Finding
from melanoma.validation.reference_labels import settled_figures, with_reference
from melanoma.validation.twins import twins


def find(evidence: Evidence, config: ValidateConfig) -> Finding:
    """Find identical pictures whose diagnoses differ, within and across the publisher's splits.

    With the action ``relabel``, pictures that the reference settles stay under its diagnosis and the others leave.
    """
    copies = twins(evidence.manifest)
    diagnoses = copies.groupby("twin_id")["diagnosis"]
    disputed = copies[diagnoses.transform("nunique") > 1]
    readings = diagnoses.agg(lambda names: " / ".join(sorted(set(names))))
    images = tuple(disputed["image_id"])
    settled = _settle(disputed, evidence)
    own = dict(zip(images, disputed["diagnosis"], strict=True))
    return Finding(
        images=images,
        severity="critical",
        action=config.label_conflict,
        excluded=tuple(image for image in images if image not in settled) if _relabels(config) else images,
        remedy="Look up the true diagnosis of each, or leave them out; a model cannot learn both.",
        details=dict(zip(images, disputed["twin_id"].map(readings), strict=True)),
        groups=dict(zip(images, disputed["twin_id"], strict=True)),
        relabelled={image: name for image, name in settled.items() if name != own[image]},
        figures=settled_figures(evidence, len(images), len(settled)),
    )


def _relabels(config: ValidateConfig) -> bool:
    return config.label_conflict == "relabel"


def _settle(disputed: pd.DataFrame, evidence: Evidence) -> dict[str, str]:
    """Return the diagnosis of each copy of the pictures that the reference gives exactly one diagnosis."""
    known = with_reference(disputed, evidence.reference)
    in_set = sorted(evidence.manifest["diagnosis"].unique())
    settled: dict[str, str] = {}
    for _, copies in known.groupby("twin_id"):
        readings = set(copies["reference"].dropna())
        if len(readings) == 1:
            reading = readings.pop()
            name = name_in_set(reading, set(copies["diagnosis"])) or name_in_set(reading, in_set)
            settled |= dict.fromkeys(copies["image_id"], name) if name else {}
    return settled


CHECK = Check("label_conflict", find, rank=20)
