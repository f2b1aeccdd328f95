"""Rule: there are few test images."""

from melanoma.reporting.evidence import Evidence
from melanoma.reporting.number_text import count_text
from melanoma.reporting.rule import Rule

FEW_TEST_IMAGES = 200


def explain_count(evidence: Evidence) -> str:
    """Say how few test images there are."""
    images = evidence.split("test").get("n", 0)
    if images >= FEW_TEST_IMAGES:
        return ""
    return f"Only {count_text(images)} test images." if images else "There are no test images."


RULE = Rule(
    "amber",
    6,
    f"There are fewer than {FEW_TEST_IMAGES} test images.",
    explain_count,
    "Add labelled test images until the intervals are narrow enough for your decision.",
)
