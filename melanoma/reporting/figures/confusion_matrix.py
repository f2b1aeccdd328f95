"""Figure: what was predicted for each diagnosis."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

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
    short_name,
    write_png,
)
from melanoma.reporting.number_text import count_text, decimal_text, interval_text

_DARK = 0.8


def draw_confusion_matrix(metrics: Mapping[str, Any], split: str, dpi: int = DPI) -> bytes:
    """Draw counts of images; the deeper a colour, the larger its share of its row. Blue is right, orange is wrong.

    Args:
        metrics: `metrics.json`.
        split: Which split.
        dpi: Dots per inch.

    Returns:
        PNG bytes. Without such a split, a figure that says so.
    """
    record = metrics.get("splits", {}).get(split, {})
    classes = metrics["classes"] if "confusion" in record else []
    figure = new_figure(1.9 + 0.42 * max(len(classes), 2))
    axes = figure.subplots()
    if not classes:
        return _say_empty(figure, axes, split, dpi)
    _draw_cells(axes, record["confusion"])
    _name_axes(axes, classes)
    _write_sensitivities(axes, classes, record.get("per_class", {}))
    return write_png(figure, dpi)


def _say_empty(figure: Figure, axes: Axes, split: str, dpi: int) -> bytes:
    axes.set_axis_off()
    axes.text(0.5, 0.5, f"No images in the {split} split", ha="center", va="center", color=GREY, parse_math=False)
    return write_png(figure, dpi)


def _draw_cells(axes: Axes, counts: list[list[int]]) -> None:
    totals = [max(sum(row), 1) for row in counts]
    shares = [[count / total for count in row] for row, total in zip(counts, totals, strict=True)]
    axes.imshow([[_tint(share, r == c) for c, share in enumerate(row)] for r, row in enumerate(shares)], aspect="auto")
    for r, row in enumerate(counts):
        for c, count in enumerate(row):
            colour = "white" if shares[r][c] > _DARK else (INK if count else "#B5BDC3")
            axes.text(c, r, count_text(count), ha="center", va="center", fontsize=TEXT_PT, color=colour)


def _tint(share: float, is_right: bool) -> list[float]:
    """Mix white with the colour of right or wrong predictions."""
    return [1 - share * (1 - channel) for channel in to_rgb(BLUE if is_right else VERMILION)]


def _name_axes(axes: Axes, classes: list[str]) -> None:
    name_rows(axes, classes)
    axes.set_xticks(range(len(classes)))
    names = [short_name(name) for name in classes]
    axes.set_xticklabels(names, fontsize=SMALL_PT, rotation=38, ha="right", rotation_mode="anchor", parse_math=False)
    axes.set_xticks([c - 0.5 for c in range(len(classes) + 1)], minor=True)
    axes.set_yticks([r - 0.5 for r in range(len(classes) + 1)], minor=True)
    axes.grid(visible=True, which="minor", color="#E6EAED", linewidth=0.8)
    axes.tick_params(which="both", length=0, colors=INK)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("Predicted", fontsize=TEXT_PT, color=INK, fontweight="bold")
    axes.set_ylabel("Diagnosis", fontsize=TEXT_PT, color=INK, fontweight="bold")


def _write_sensitivities(axes: Axes, classes: list[str], per_class: Mapping[str, Any]) -> None:
    axes.text(len(classes) - 0.3, -0.62, "Sensitivity [95 %]", fontsize=SMALL_PT, color=GREY, va="bottom")
    for row, name in enumerate(classes):
        figure = per_class.get(name, {}).get("sensitivity")
        text = f"{decimal_text(figure['value'])} {interval_text(figure['ci95'])}" if figure else "not evaluated"
        axes.text(len(classes) - 0.3, row, text, fontsize=SMALL_PT, color=INK if figure else GREY, va="center")
