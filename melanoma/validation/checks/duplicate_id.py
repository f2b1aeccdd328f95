"""Ids that the publisher's table has several rows for."""

from melanoma.config.validate import ValidateConfig
from melanoma.data.row_problems import CONTRADICTION, DUPLICATE_ID
from melanoma.validation.finding import Check, Evidence, Finding
from melanoma.validation.problem_images import problem_images


def find(evidence: Evidence, _: ValidateConfig) -> Finding:
    """Find repeated ids: to know where their rows agree, a warning where they contradict each other."""
    details = problem_images(evidence, DUPLICATE_ID)
    contradicted = any(CONTRADICTION in words for words in details.values())
    return Finding(
        images=tuple(details),
        severity="warning" if contradicted else "info",
        remedy="Keep one row per id; where rows differ the first known value counts, and no diagnosis if those differ.",
        details=details,
    )


CHECK = Check("duplicate_id", find, rank=72)
