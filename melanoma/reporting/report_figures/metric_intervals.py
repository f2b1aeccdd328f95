"""Figure: the headline metrics of validation and test with their intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from melanoma.reporting.canvas import DPI, GREY, INK, SMALL_PT, TEXT_PT, name_rows, new_figure, tidy, write_png
from melanoma.reporting.forest import draw_forest
from melanoma.reporting.names import metric_name, order_metrics, order_splits
from melanoma.reporting.report_figure import ReportFigure


def draw_metric_intervals(metrics: Mapping[str, Any], dpi: int = DPI) -> bytes:
    """Draw a forest plot; chance is marked for balanced accuracy.

    Args:
        metrics: `metrics.json`.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    splits = order_splits(metrics.get("splits", {}))
    figures = {split: metrics["splits"][split]["metrics"] for split in splits}
    names = order_metrics({name for split in splits for name in figures[split]})
    figure = new_figure(1.1 + 0.36 * max(len(names), 2))
    axes = figure.subplots()
    tidy(axes)
    rows = [{split: figures[split][name] for split in splits if name in figures[split]} for name in names]
    draw_forest(axes, splits, rows)
    name_rows(axes, [metric_name(name) for name in names])
    _mark_chance(axes, names, metrics.get("classes", ()))
    ends = [end for row in rows for entry in row.values() for end in entry["ci95"]]
    axes.set_xlim(min([0.0, *ends]), max([1.0, *ends]))
    axes.set_xlabel("Value with 95 % interval; figures at the right: " + (splits[-1] if splits else "none"),
                    fontsize=TEXT_PT, color=INK)  # fmt: skip
    if splits:
        figure.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=SMALL_PT, labelcolor=INK)
    return write_png(figure, dpi)


def _mark_chance(axes: Axes, names: Sequence[str], classes: Sequence[str]) -> None:
    if "balanced_accuracy" in names and classes:
        row = names.index("balanced_accuracy")
        label = f"chance, 1/{len(classes)}"
        axes.plot([1 / len(classes)] * 2, [row - 0.42, row + 0.42], ":", color=GREY, linewidth=1.8, label=label)


FIGURE = ReportFigure("metric_intervals", lambda evidence, dpi: draw_metric_intervals(evidence.metrics, dpi))
