"""Figure: loss and accuracy by epoch."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from melanoma.reporting.canvas import (
    BLUE,
    DPI,
    GREEN,
    GREY,
    INK,
    SMALL_PT,
    TEXT_PT,
    VERMILION,
    new_figure,
    tidy,
    write_png,
)

_LOSS = (("loss", "training", BLUE, "-"), ("val_loss", "validation", VERMILION, "--"))
_ACCURACY = (
    ("accuracy", "training", BLUE, "-"),
    ("val_accuracy", "validation", VERMILION, "--"),
    ("val_balanced_accuracy", "validation, balanced", GREEN, ":"),
)


def draw_training_curves(history: Mapping[str, Any], dpi: int = DPI) -> bytes:
    """Draw loss and accuracy by epoch, and which epoch's weights were kept.

    Args:
        history: `history.json`.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    figure = new_figure(3.1)
    left, right = figure.subplots(1, 2)
    _draw_panel(left, history, "Loss", _LOSS)
    _draw_panel(right, history, "Accuracy", _ACCURACY)
    right.set_ylim(0, 1.02)
    if history.get("epochs"):
        _explain_lines(figure, right)
    return write_png(figure, dpi)


def _draw_panel(axes: Axes, history: Mapping[str, Any], title: str, curves: tuple[tuple[str, ...], ...]) -> None:
    epochs = history.get("epochs", [])
    tidy(axes, "y")
    for key, label, colour, style in curves:
        points = [(epoch["epoch"], epoch[key]) for epoch in epochs if epoch.get(key) is not None]
        if points:
            x, y = zip(*points, strict=True)
            marker = "o" if len(points) < 3 else ""
            axes.plot(x, y, style, marker=marker, color=colour, linewidth=1.8, label=label)
    axes.set_title(title, loc="left", fontsize=TEXT_PT + 1, fontweight="bold", color=INK)
    axes.set_xlabel("Epoch", fontsize=TEXT_PT, color=INK)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    if epochs:
        _mark_best(axes, history)


def _explain_lines(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    style = {"frameon": False, "fontsize": SMALL_PT, "labelcolor": INK, "ncols": len(labels)}
    figure.legend(handles, labels, loc="outside upper left", **style)


def _mark_best(axes: Axes, history: Mapping[str, Any]) -> None:
    best = history.get("best_epoch")
    if best is not None:
        axes.axvline(best, color=GREY, linewidth=1, linestyle=(0, (2, 2)), label=f"kept: epoch {best}")
