"""Rule: validation and test disagree."""

from melanoma.evaluation.interval import difference_interval
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.number_text import interval_text
from melanoma.reporting.rule import Rule


def explain_difference(evidence: Evidence) -> str:
    """Say by how much balanced accuracy differs, where its interval excludes 0."""
    validation, test = (evidence.figure(split, "balanced_accuracy") for split in ("validation", "test"))
    if validation is None or test is None:
        return ""
    pairs = [(figure["value"], tuple(figure["ci95"])) for figure in (validation, test)]
    low, high = difference_interval(pairs[0], pairs[1])
    if low <= 0 <= high:
        return ""
    difference = f"{pairs[0][0] - pairs[1][0]:+.3f} {interval_text((low, high))}"
    return f"Balanced accuracy on validation differs from test by {difference}."


RULE = Rule(
    "amber",
    2,
    "Validation and test disagree: the 95 % interval of the difference of their balanced accuracies excludes 0.",
    explain_difference,
    "Read the statements on agreement under Results; rely on the test figures until the reason is understood.",
)
