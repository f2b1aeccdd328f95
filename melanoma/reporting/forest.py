"""Rows of values with their 95 % intervals, one mark per split."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from melanoma.reporting.canvas import GREY, INK, OTHER_STYLE, SMALL_PT, SPLIT_STYLES
from melanoma.reporting.number_text import figure_text

_REACH = 0.46  # of the distance between rows, from the first mark of a row to its last: the next row's is further away
_APART = 0.32


def draw_forest(axes: Axes, splits: Sequence[str], rows: Sequence[Mapping[str, Mapping[str, Any]]]) -> None:
    """Draw a mark and a line for each figure, and write the last split's figures at the right.

    Args:
        axes: Where; row 0 is at the top.
        splits: In the order of drawing, from the top of a row down.
        rows: For each row, the figures by split; a figure that is absent leaves a gap.
    """
    apart = min(_APART, _REACH / max(len(splits) - 1, 1))
    for place, split in enumerate(splits):
        shift = apart * (place - (len(splits) - 1) / 2)
        _draw_split(axes, split, [(row + shift, figures.get(split)) for row, figures in enumerate(rows)])
    for row, figures in enumerate(rows):
        _write_figure(axes, row, figures.get(splits[-1]) if splits else None)


def _draw_split(axes: Axes, split: str, figures: Sequence[tuple[float, Mapping[str, Any] | None]]) -> None:
    colour, marker = SPLIT_STYLES.get(split, OTHER_STYLE)
    shown = [(place, figure) for place, figure in figures if figure]
    for place, figure in shown:
        axes.plot(figure["ci95"], [place, place], color=colour, linewidth=1.8, solid_capstyle="round")
    values, places = [figure["value"] for _, figure in shown], [place for place, _ in shown]
    fill = "white" if split == "validation" else colour
    (marks,) = axes.plot(values, places, marker, color=colour, markerfacecolor=fill, markersize=5.5, label=split)
    marks.set(clip_on=False, zorder=3)


def _write_figure(axes: Axes, row: int, figure: Mapping[str, Any] | None) -> None:
    text, colour = (figure_text(figure), INK) if figure else ("not evaluated", GREY)
    axes.annotate(
        text, (1, row), xycoords=("axes fraction", "data"), xytext=(8, 0), textcoords="offset points",
        fontsize=SMALL_PT, color=colour, va="center", annotation_clip=False,
    )  # fmt: skip
