"""Figure: what one model gains over another in each figure, with intervals."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from melanoma.reporting.canvas import (
    BLUE,
    DPI,
    GREY,
    INK,
    SMALL_PT,
    TEXT_PT,
    VERMILION,
    name_rows,
    new_figure,
    tidy,
    write_png,
)

_STYLES = {"first": (BLUE, "s", "A is better"), "second": (VERMILION, "D", "B is better")}
_OPEN = (GREY, "o", "cannot be told")


def draw_differences(document: Mapping[str, Any], dpi: int = DPI) -> bytes:
    """Draw a forest plot; right of 0 is to A's favour. A mark that is not filled does not hold after the correction.

    Args:
        document: `compare.json`.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    figures = document["figures"]
    figure = new_figure(1.3 + 0.34 * max(len(figures), 2))
    axes = figure.subplots()
    tidy(axes)
    axes.axvline(0, color=INK, linewidth=1)
    for row, entry in enumerate(figures):
        _draw_row(axes, row, entry)
    name_rows(axes, [entry["short"] for entry in figures])
    axes.set_xlabel(
        "A minus B with 95 % interval; of Brier score and ECE B minus A: right of 0 is to A's favour",
        fontsize=TEXT_PT,
        color=INK,
    )
    figure.legend(
        handles=[_sample(*style) for style in (*_STYLES.values(), _OPEN)],
        loc="outside upper left",
        ncols=3,
        frameon=False,
        fontsize=SMALL_PT,
        labelcolor=INK,
    )
    return write_png(figure, dpi)


def _draw_row(axes: Axes, row: int, entry: Mapping[str, Any]) -> None:
    colour, marker, _ = _STYLES.get(entry["better"], _OPEN)
    gain, (low, high) = entry["gain"]["value"], entry["gain"]["ci95"]
    axes.plot([low, high], [row, row], color=colour, linewidth=1.8, solid_capstyle="round")
    fill = colour if entry["holds_after_correction"] else "white"
    axes.plot([gain], [row], marker, color=colour, markerfacecolor=fill, markersize=5.5, zorder=3)
    axes.annotate(
        f"{gain:+.3f} [{low:+.3f}, {high:+.3f}]", (1, row), xycoords=("axes fraction", "data"), xytext=(8, 0),
        textcoords="offset points", fontsize=SMALL_PT, color=INK, va="center", annotation_clip=False,
    )  # fmt: skip


def _sample(colour: str, marker: str, label: str) -> Line2D:
    return Line2D([], [], color=colour, marker=marker, markersize=5.5, linewidth=1.8, label=label)
