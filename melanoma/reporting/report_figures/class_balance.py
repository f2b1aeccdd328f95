"""Figure: training images of each diagnosis before and after balancing."""

from collections.abc import Mapping, Sequence
from typing import Any

from melanoma.reporting.canvas import BLUE, DPI, INK, SMALL_PT, TEXT_PT, name_rows, new_figure, tidy, write_png
from melanoma.reporting.number_text import count_text
from melanoma.reporting.report_figure import ReportFigure

_PALE_BLUE = "#A9D3EC"


def draw_class_balance(class_table: Sequence[Mapping[str, Any]], dpi: int = DPI) -> bytes:
    """Draw a bar per diagnosis: its original training images, and over them what balancing added.

    Args:
        class_table: Per diagnosis ``diagnosis``, ``train`` and ``train_after_balance``, in images.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    figure = new_figure(1.0 + 0.32 * max(len(class_table), 2))
    axes = figure.subplots()
    tidy(axes)
    rows = range(len(class_table))
    after = [row["train_after_balance"] for row in class_table]
    bars = axes.barh(rows, after, height=0.56, color=_PALE_BLUE, label="with augmented copies")
    axes.barh(rows, [row["train"] for row in class_table], height=0.56, color=BLUE, label="originals")
    axes.bar_label(bars, [_counts(row) for row in class_table], padding=4, fontsize=SMALL_PT, color=INK)
    name_rows(axes, [row["diagnosis"] for row in class_table])
    axes.margins(x=0.12)
    axes.set_xlabel("Training images", fontsize=TEXT_PT, color=INK)
    figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=SMALL_PT, labelcolor=INK, reverse=True)
    return write_png(figure, dpi)


def _counts(row: Mapping[str, Any]) -> str:
    before, after = count_text(row["train"]), count_text(row["train_after_balance"])
    return before if before == after else f"{before} → {after}"


FIGURE = ReportFigure("class_balance", lambda evidence, dpi: draw_class_balance(evidence.class_table, dpi))
