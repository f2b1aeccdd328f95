"""What the report holds for the items of reporting guidelines, as a file for the author of a paper."""

from melanoma.reporting.checklist import STATES, answer_checklists
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.markdown import set_markdown


def render_reporting_checklist(evidence: Evidence) -> str:
    """Write `reporting_checklist.md`.

    Args:
        evidence: What the run's artifacts hold.

    Returns:
        Markdown: a table per guideline with a row per item.
    """
    text = set_markdown(
        "reporting_checklist.md.j2", evidence=evidence, checklists=answer_checklists(evidence), states=STATES
    )
    return f"{text}\n"
