"""Figure: accuracy against the share of images that the model keeps, the surest first."""

from collections.abc import Mapping
from typing import Any

from melanoma.reporting.canvas import (
    DPI,
    INK,
    OTHER_STYLE,
    SMALL_PT,
    SPLIT_STYLES,
    TEXT_PT,
    new_figure,
    tidy,
    write_png,
)
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.names import order_splits
from melanoma.reporting.report_figure import ReportFigure


def draw_accuracy_kept(record: Mapping[str, Any], split: str, dpi: int = DPI) -> bytes:
    """Draw the curve with its band of 95 % intervals; the number of images stands at each mark.

    Args:
        record: The split's record in `metrics.json`, with ``abstention``.
        split: Its name.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    kept = [entry for entry in record["abstention"]["kept"].values() if "accuracy" in entry]
    colour, marker = SPLIT_STYLES.get(split, OTHER_STYLE)
    figure = new_figure(3.1)
    axes = figure.subplots()
    tidy(axes, "y")
    shares = [100 * entry["share"] for entry in kept]
    values = [entry["accuracy"]["value"] for entry in kept]
    low, high = ([entry["accuracy"]["ci95"][end] for entry in kept] for end in (0, 1))
    axes.fill_between(shares, low, high, color=colour, alpha=0.18, linewidth=0, label="95 % interval")
    axes.plot(shares, values, marker=marker, color=colour, markersize=5.5, linewidth=1.8, label=f"accuracy on {split}")
    for entry, share, end in zip(kept, shares, high, strict=True):
        axes.annotate(f"n = {entry['n']:,}", (share, end), xytext=(0, 4), textcoords="offset points", ha="center",
                      fontsize=SMALL_PT, color=INK)  # fmt: skip
    axes.set(xlim=(104, min([*shares, 50]) - 4), ylim=(0, 1.08), yticks=[0, 0.2, 0.4, 0.6, 0.8, 1.0])
    axes.set_xlabel("Images kept, the surest first, in per cent", fontsize=TEXT_PT, color=INK)
    axes.set_ylabel("Accuracy of those kept", fontsize=TEXT_PT, color=INK)
    figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=SMALL_PT, labelcolor=INK, reverse=True)
    return write_png(figure, dpi)


def _draw_shown(evidence: Evidence, dpi: int) -> bytes | None:
    splits = order_splits(evidence.metrics.get("splits", {}))
    shown = [split for split in splits if evidence.split(split).get("abstention")]
    return draw_accuracy_kept(evidence.split(shown[-1]), shown[-1], dpi) if shown else None


FIGURE = ReportFigure("accuracy_kept", _draw_shown)
