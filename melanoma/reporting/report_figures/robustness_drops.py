"""Figure: what each change of the test pictures costs."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from matplotlib.axes import Axes

from melanoma.reporting.canvas import (
    BLUE,
    DPI,
    INK,
    SMALL_PT,
    VERMILION,
    name_rows,
    new_figure,
    tidy,
    write_png,
)
from melanoma.reporting.names import metric_name
from melanoma.reporting.report_figure import ReportFigure

_HARMS, _NOT_SHOWN = (VERMILION, "s", VERMILION), (BLUE, "o", "white")
_LABELS = ("drop shown: the interval lies above 0", "no drop shown")
_LEAST_REACH = 0.1


def draw_robustness_drops(record: Mapping[str, Any] | None, dpi: int = DPI) -> bytes | None:
    """Draw a forest of drops, a row for each perturbation and a panel for each figure.

    Args:
        record: `robustness.json`.
        dpi: Dots per inch.

    Returns:
        PNG bytes; None where nothing was tried.
    """
    tried = (record or {}).get("perturbations", ())
    names = list(tried[0]["metrics"]) if tried else []
    if not names:
        return None
    figure = new_figure(1.35 + 0.34 * len(tried))
    panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, names, strict=True):
        _draw_panel(axes, name, [entry["metrics"][name]["drop"] for entry in tried])
    name_rows(panels[0], [entry["title"] for entry in tried])
    _share_reach(panels)
    figure.supxlabel("Drop against the same pictures unchanged, with 95 % interval; to the right is worse",
                     fontsize=SMALL_PT, color=INK)  # fmt: skip
    handles = [
        panels[0].plot([], [], marker, color=colour, markerfacecolor=inside, markersize=5, label=label)[0]
        for (colour, marker, inside), label in zip((_HARMS, _NOT_SHOWN), _LABELS, strict=True)
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=2, frameon=False, fontsize=SMALL_PT, labelcolor=INK)
    return write_png(figure, dpi)


def _draw_panel(axes: Axes, name: str, drops: Sequence[Mapping[str, Any]]) -> None:
    tidy(axes)
    axes.axvline(0, color=INK, linewidth=0.8)
    for row, drop in enumerate(drops):
        colour, marker, inside = _HARMS if drop["ci95"][0] > 0 else _NOT_SHOWN
        axes.plot(drop["ci95"], [row, row], color=colour, linewidth=1.8, solid_capstyle="round")
        axes.plot(drop["value"], row, marker, color=colour, markerfacecolor=inside, markersize=5, zorder=3)
    axes.set_title(fill(metric_name(name), 22), fontsize=SMALL_PT, color=INK, pad=8)


def _share_reach(panels: Sequence[Axes]) -> None:
    """Give all panels one scale, so that lengths can be compared across them."""
    low = min(-_LEAST_REACH, *(axes.get_xlim()[0] for axes in panels))
    high = max(_LEAST_REACH, *(axes.get_xlim()[1] for axes in panels))
    for axes in panels:
        axes.set_xlim(low, high)
        axes.locator_params(axis="x", nbins=4)


FIGURE = ReportFigure("robustness_drops", lambda evidence, dpi: draw_robustness_drops(evidence.robustness, dpi))
