"""Ids that differ only in case or Unicode form: one image to a person, two to a computer, or the other way round."""

from melanoma.config.validate import ValidateConfig
from melanoma.data.row_problems import SIMILAR_ID
from melanoma.validation.finding import Check, Evidence, Finding
from melanoma.validation.problem_images import problem_images


def find(evidence: Evidence, _: ValidateConfig) -> Finding:
    """Find ids of the table, or of a table and a file, that look alike."""
    details = problem_images(evidence, SIMILAR_ID)
    return Finding(
        images=tuple(details),
        severity="warning",
        remedy="Write each id in one way; a file takes the row whose id looks alike if there is one such row only.",
        details=details,
    )


CHECK = Check("similar_id", find, rank=74)
