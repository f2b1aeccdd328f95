"""Figure: loss and accuracy by epoch, or by what a head was tried with."""

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
from melanoma.reporting.names import step_name, within_sentence

_MOST_TICKS = 8
_LOSS = (("loss", "training", BLUE, "-"), ("val_loss", "validation", VERMILION, "--"))
_CHOSE: dict[str | None, tuple[tuple[str, ...], ...]] = {  # what chose, where it is a curve of its own
    "balanced_loss": (("val_balanced_loss", "validation, balanced", GREEN, ":"),),
    "balanced_brier": (("val_balanced_brier", "balanced Brier score", INK, "-."),),
}
_ACCURACY = (
    ("accuracy", "training", BLUE, "-"),
    ("val_accuracy", "validation", VERMILION, "--"),
    ("val_balanced_accuracy", "validation, balanced", GREEN, ":"),
)


def draw_training_curves(history: Mapping[str, Any], dpi: int = DPI) -> bytes:
    """Draw loss and accuracy by epoch, or by strength of the penalty, and whose weights were kept.

    Args:
        history: `history.json`.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    figure = new_figure(3.1)
    left, right = figure.subplots(1, 2)
    _draw_panel(left, history, "Loss", (*_LOSS, *_CHOSE.get(history.get("chosen_by"), ())))
    _draw_panel(right, history, "Accuracy", _ACCURACY)
    right.set_ylim(0, 1.02)
    if history.get("epochs"):
        _explain_lines(figure, right, left)
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
    _name_steps(axes, history)
    if epochs:
        _mark_best(axes, history)


def _name_steps(axes: Axes, history: Mapping[str, Any]) -> None:
    """Name what is to the right: epochs by their numbers, strengths of a penalty by their values."""
    steps_are = history.get("steps_are", "epoch")
    axes.set_xlabel(step_name(steps_are), fontsize=TEXT_PT, color=INK)
    if steps_are == "epoch":
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
        return
    steps = history["epochs"][:: -(-len(history["epochs"]) // _MOST_TICKS)]
    axes.set_xticks([step["epoch"] for step in steps], [f"{step[steps_are]:g}" for step in steps])


def _explain_lines(figure: Figure, *panels: Axes) -> None:
    """Explain each kind of line once."""
    named = (axes.get_legend_handles_labels() for axes in panels)
    lines = {label: line for handles, labels in named for line, label in zip(handles, labels, strict=True)}
    style = {"frameon": False, "fontsize": SMALL_PT, "labelcolor": INK, "ncols": len(lines)}
    figure.legend([*lines.values()], [*lines], loc="outside upper left", **style)


def _mark_best(axes: Axes, history: Mapping[str, Any]) -> None:
    best, steps_are = history.get("best_epoch"), history.get("steps_are", "epoch")
    if best is not None:
        label = f"kept: {within_sentence(step_name(steps_are))} {history['epochs'][best - 1][steps_are]:g}"
        axes.axvline(best, color=GREY, linewidth=1, linestyle=(0, (2, 2)), label=label)
