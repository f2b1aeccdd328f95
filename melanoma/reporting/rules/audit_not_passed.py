"""Rule: the audit of the data was not passed."""

from melanoma.reporting.evidence import Evidence
from melanoma.reporting.rule import Rule

_TEXT = "The audit of the data was not passed."


def explain_audit(evidence: Evidence) -> str:
    """Say that the audit was not passed."""
    return "" if evidence.audit.get("passed") else _TEXT


RULE = Rule("red", 2, _TEXT, explain_audit, "Correct the data as the findings say, then run again.")
