"""A comparison's page: two runs on the same images, in one HTML file that opens offline."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from melanoma.reporting.page import set_page


@dataclass(frozen=True)
class CompareRecord:
    """What the page shows.

    Attributes:
        version: The version of `melanoma` that made it.
        document: `compare.json`.
        figure: The figure of differences, as PNG bytes.
    """

    version: str
    document: Mapping[str, Any]
    figure: bytes


def render_compare_page(record: CompareRecord) -> str:
    """Write the page; every name is escaped, and its policy forbids scripts and requests.

    Args:
        record: What the compare stage has found.

    Returns:
        The text of an HTML file, to be stored as UTF-8.
    """
    sides = [("A", record.document["first"]), ("B", record.document["second"])]
    return set_page("compare.html.j2", record=record, found=record.document, sides=sides)
