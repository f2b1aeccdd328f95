"""A promotion's page: what was decided about a challenger and why, in one HTML file that opens offline."""

from collections.abc import Mapping
from typing import Any

from melanoma.registry.drift import DriftTest
from melanoma.registry.gate import all_gates
from melanoma.reporting.monitor_page import draw_tests
from melanoma.reporting.page import set_page

_LIGHTS = {"promote": "green", "refuse": "red"}


def render_promotion_page(version: str, decision: Mapping[str, Any], tests: tuple[DriftTest, ...] = ()) -> str:
    """Write the page; every name is escaped, and its policy forbids scripts and requests.

    Args:
        version: The version of `melanoma` that made it.
        decision: `decision.json`.
        tests: The tests of drift, with what their figures draw.

    Returns:
        The text of an HTML file, to be stored as UTF-8.
    """
    return set_page(
        "promotion.html.j2",
        version=version,
        title="Challenger promoted" if decision["action"] == "promote" else "Challenger refused",
        light=_LIGHTS[decision["action"]],
        decision=decision,
        figures=draw_tests(tests),
        gate_names={gate.name: gate.title for gate in all_gates()},
    )
