"""Figure: balanced accuracy of every row of a study, by column, with intervals."""

from collections.abc import Mapping
from typing import Any

from melanoma.reporting.canvas import DPI, GREY, INK, SMALL_PT, TEXT_PT, name_rows, new_figure, tidy, write_png
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.forest import draw_forest
from melanoma.reporting.report_figure import ReportFigure

_METRIC = "balanced_accuracy"
# Named so that validation and test look as in every other figure.
_SPLITS = {
    "leaking validation": ("leaking", "validation"),
    "validation": ("clean", "validation"),
    "test": ("clean", "test"),
}


def draw_study_intervals(document: Mapping[str, Any], dpi: int = DPI) -> bytes:
    """Draw a forest plot; chance is a dotted line.

    Args:
        document: `study.json`.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    rows = [_figures_of(row) for row in document["rows"]]
    figure = new_figure(1.1 + 0.54 * max(len(rows), 2))
    axes = figure.subplots()
    tidy(axes)
    draw_forest(axes, [name for name in _SPLITS if any(name in row for row in rows)], rows)
    name_rows(axes, [row["name"] for row in document["rows"]])
    chance = 1 / len(document["classes"])
    axes.axvline(chance, linestyle=":", color=GREY, linewidth=1.4, label=f"chance, 1/{len(document['classes'])}")
    axes.set_xlim(0, 1)
    axes.set_xlabel("Balanced accuracy with 95 % interval; figures at the right: test", fontsize=TEXT_PT, color=INK)
    figure.legend(loc="outside upper left", ncols=4, frameon=False, fontsize=SMALL_PT, labelcolor=INK)
    return write_png(figure, dpi)


def _figures_of(row: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found = {
        name: row[protocol]["splits"].get(split, {}) for name, (protocol, split) in _SPLITS.items() if row[protocol]
    }
    return {name: figures[_METRIC] for name, figures in found.items() if _METRIC in figures}


def _draw_shown(evidence: Evidence, dpi: int) -> bytes | None:
    return draw_study_intervals(evidence.study, dpi) if evidence.study else None


FIGURE = ReportFigure("study_intervals", _draw_shown)
