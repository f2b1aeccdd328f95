"""Rule: a diagnosis was not evaluated."""

from melanoma.reporting.evidence import Evidence
from melanoma.reporting.rule import Rule


def explain_classes(evidence: Evidence) -> str:
    """Name the diagnoses that have no sensitivity on test."""
    per_class = evidence.split("test").get("per_class", {})
    absent = [name for name in evidence.classes if "sensitivity" not in per_class.get(name, {})]
    return f"Not evaluated on test: {', '.join(absent)}." if absent else ""


RULE = Rule(
    "amber",
    5,
    "A diagnosis was not evaluated on test.",
    explain_classes,
    "Add test images of the diagnoses that were not evaluated; claim nothing for them.",
)
