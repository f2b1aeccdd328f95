"""A figure that the report draws from its evidence. A new one is a new file in `melanoma.reporting.report_figures`."""

from collections.abc import Callable
from dataclasses import dataclass

from melanoma.discovery import discover
from melanoma.reporting.evidence import Evidence


@dataclass(frozen=True)
class ReportFigure:
    """One figure; its file defines it as ``FIGURE``.

    Attributes:
        name: By which the templates show it.
        draw: Takes the evidence, whose figures are not complete yet, and dots per inch; returns PNG bytes, or nothing
            where the evidence holds nothing to draw. It draws numbers and computes none.
    """

    name: str
    draw: Callable[[Evidence, int], bytes | None]


def draw_figures(evidence: Evidence, dpi: int) -> dict[str, bytes]:
    """Draw every figure of the report that the evidence has data for.

    Args:
        evidence: What the run's artifacts hold.
        dpi: Dots per inch.

    Returns:
        PNG bytes by name.
    """
    figures = [module.FIGURE for module in discover("melanoma.reporting.report_figures")]
    drawn = {figure.name: figure.draw(evidence, dpi) for figure in figures}
    return {name: picture for name, picture in drawn.items() if picture is not None}
