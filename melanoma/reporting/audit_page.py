"""The audit's page: what is wrong with the data, with pictures, in one HTML file that opens offline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from melanoma.reporting.finding_pictures import FindingPictures
from melanoma.reporting.page import set_page

MOST_PICTURES = 400
MOST_PER_FINDING = 32


@dataclass(frozen=True)
class AuditRecord:
    """What the page shows.

    Attributes:
        version: The version of `melanoma` that made it.
        source: ``layout``, ``reason``, ``data_digest`` and ``images`` of the data.
        audit: `audit.json`.
        expectations: `expectations.json`.
        pictures: What is shown of each finding.
        left: Readable images that stay, of how many.
    """

    version: str
    source: Mapping[str, Any]
    audit: Mapping[str, Any]
    expectations: Sequence[Mapping[str, Any]]
    pictures: Mapping[str, FindingPictures]
    left: tuple[int, int]

    @property
    def light(self) -> Literal["red", "amber", "green"]:
        """Red: the data is refused. Amber: something critical was found and dealt with. Green: neither."""
        if not self.audit["passed"]:
            return "red"
        critical = any(finding["severity"] == "critical" for finding in self.audit["findings"])
        return "amber" if critical or any(not entry["success"] for entry in self.expectations) else "green"


def pictures_per_finding(findings: int) -> int:
    """Return how many pictures each finding may show, so that the page stays small however many there are."""
    return min(MOST_PER_FINDING, MOST_PICTURES // max(findings, 1))


def render_audit_page(record: AuditRecord) -> str:
    """Write the page; every name and text of the data is escaped, and its policy forbids scripts and requests.

    Args:
        record: What the artifacts of ingest and validate hold.

    Returns:
        The text of an HTML file, to be stored as UTF-8.
    """
    return set_page("audit.html.j2", record=record, audit=record.audit)
