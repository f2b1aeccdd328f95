"""The page of a monitoring: whether new images are like those of the champion, in one HTML file that opens offline."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from melanoma.registry.drift import DriftTest
from melanoma.reporting.figures.drift import draw_distances, draw_drift
from melanoma.reporting.page import set_page

_PAGE_DPI = 130


@dataclass(frozen=True)
class MonitorRecord:
    """What a monitoring's page shows.

    Attributes:
        version: The version of `melanoma` that made it.
        document: `monitor.json`.
        tests: The tests of drift, with what their figures draw.
    """

    version: str
    document: Mapping[str, Any]
    tests: tuple[DriftTest, ...]


def render_monitor_page(record: MonitorRecord) -> str:
    """Write the page; every name is escaped, and its policy forbids scripts and requests.

    Args:
        record: What it shows.

    Returns:
        The text of an HTML file, to be stored as UTF-8.
    """
    drifted = record.document["drifted"]
    light = "amber" if drifted else "green" if record.tests else ""
    title = "New images differ" if drifted else "No drift is shown" if record.tests else "Too few new images to tell"
    return set_page(
        "monitor.html.j2",
        version=record.version,
        title=title,
        light=light,
        watched=record.document,
        drift=record.document["drift"],
        figures=draw_tests(record.tests),
        overview=draw_distances(record.tests, _PAGE_DPI) if record.tests else None,
    )


def draw_tests(tests: tuple[DriftTest, ...]) -> dict[str, bytes]:
    """Return a figure of each test, PNG, by what it compares."""
    return {test.what: draw_drift(test, _PAGE_DPI) for test in tests}
