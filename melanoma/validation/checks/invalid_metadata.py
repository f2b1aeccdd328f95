"""Metadata that cannot be true, after the rules of the ISIC Archive (`melanoma.data.metadata_rules`)."""

import pandas as pd

from melanoma.config.validate import ValidateConfig
from melanoma.data.metadata_rules import MANIFEST_RULES, broken_rules
from melanoma.data.row_problems import INVALID_METADATA
from melanoma.validation.finding import Check, Evidence, Finding
from melanoma.validation.problem_images import join_words, problem_images


def find(evidence: Evidence, _: ValidateConfig) -> Finding:
    """Find what the manifest's own columns and the publisher's tables show to be wrong."""
    broken = broken_rules(evidence.manifest, MANIFEST_RULES)
    images = broken["row"].map(evidence.manifest["image_id"])
    told = problem_images(evidence, INVALID_METADATA)
    stated = pd.DataFrame({"image": list(told), "problem": list(told.values())})
    details = join_words(pd.concat([pd.DataFrame({"image": images, "problem": broken["problem"]}), stated]))
    return Finding(
        images=tuple(details),
        severity="warning",
        remedy="Correct these rows of the publisher's table.",
        details=details,
    )


CHECK = Check("invalid_metadata", find, rank=90)
