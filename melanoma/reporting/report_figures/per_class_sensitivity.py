"""Figure: the sensitivity of each diagnosis on validation and test."""

from collections.abc import Mapping
from typing import Any

from melanoma.reporting.canvas import DPI, INK, SMALL_PT, TEXT_PT, name_rows, new_figure, tidy, write_png
from melanoma.reporting.forest import draw_forest
from melanoma.reporting.names import order_splits
from melanoma.reporting.report_figure import ReportFigure


def draw_per_class_sensitivity(metrics: Mapping[str, Any], dpi: int = DPI) -> bytes:
    """Draw a forest plot with a row per diagnosis.

    Args:
        metrics: `metrics.json`.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    splits, classes = order_splits(metrics.get("splits", {})), metrics.get("classes", [])
    figure = new_figure(1.1 + 0.38 * max(len(classes), 2))
    axes = figure.subplots()
    tidy(axes)
    per_class = {split: metrics["splits"][split].get("per_class", {}) for split in splits}
    rows = [
        {
            split: per_class[split][name]["sensitivity"]
            for split in splits
            if "sensitivity" in per_class[split].get(name, {})
        }
        for name in classes
    ]
    draw_forest(axes, splits, rows)
    name_rows(axes, classes)
    axes.set_xlim(0, 1)
    axes.set_xlabel("Sensitivity with 95 % interval; figures at the right: " + (splits[-1] if splits else "none"),
                    fontsize=TEXT_PT, color=INK)  # fmt: skip
    if splits:
        figure.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=SMALL_PT, labelcolor=INK)
    return write_png(figure, dpi)


FIGURE = ReportFigure("per_class_sensitivity", lambda evidence, dpi: draw_per_class_sensitivity(evidence.metrics, dpi))
