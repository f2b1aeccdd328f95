"""Figure: accuracy and melanoma sensitivity of each subgroup, with intervals."""

from collections.abc import Mapping
from typing import Any

from melanoma.reporting.canvas import DPI, INK, SMALL_PT, TEXT_PT, name_rows, new_figure, tidy, write_png
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.forest import draw_forest
from melanoma.reporting.names import order_splits, plain_name
from melanoma.reporting.report_figure import ReportFigure

# Short, so that the subgroup's own name is not cut off.
_COLUMNS = {
    "age_band": "Age",
    "anatom_site_general": "Site",
    "fitzpatrick_skin_type": "Skin type",
    "source_collection": "Source",
}
_FIGURES = {"melanoma sensitivity": "melanoma_sensitivity", "accuracy": "accuracy"}


def draw_subgroup_intervals(metrics: Mapping[str, Any], dpi: int = DPI) -> bytes | None:
    """Draw a forest plot with a row per subgroup of the last split, columns one below the other.

    Args:
        metrics: `metrics.json`.
        dpi: Dots per inch.

    Returns:
        PNG bytes; nothing where no subgroup has a figure.
    """
    splits = order_splits(metrics.get("splits", {}))
    columns = metrics["splits"][splits[-1]].get("subgroups", {}) if splits else {}
    entries = [
        (f"{_COLUMNS.get(column) or plain_name(column)}: {value}", entry)
        for column, values in columns.items()
        for value, entry in values.items()
        if "accuracy" in entry
    ]
    if not entries:
        return None
    figure = new_figure(1.1 + 0.4 * max(len(entries), 2))
    axes = figure.subplots()
    tidy(axes)
    rows = [{label: entry[key] for label, key in _FIGURES.items() if key in entry} for _, entry in entries]
    shown = [label for label in _FIGURES if any(label in row for row in rows)]
    draw_forest(axes, shown, rows)
    name_rows(axes, [name for name, _ in entries])
    axes.set_xlim(0, 1)
    axes.set_xlabel(f"Share with 95 % interval on {splits[-1]}; figures at the right: accuracy",
                    fontsize=TEXT_PT, color=INK)  # fmt: skip
    figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=SMALL_PT, labelcolor=INK)
    return write_png(figure, dpi)


def _draw_shown(evidence: Evidence, dpi: int) -> bytes | None:
    return draw_subgroup_intervals(evidence.metrics, dpi)


FIGURE = ReportFigure("subgroup_intervals", _draw_shown)
