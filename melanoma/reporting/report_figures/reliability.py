"""Figure: the share of images that is right against the stated confidence, without and with temperature."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from melanoma.reporting.canvas import BLUE, DPI, GREY, INK, SMALL_PT, TEXT_PT, VERMILION, new_figure, tidy, write_png
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.names import order_splits
from melanoma.reporting.report_figure import ReportFigure

_PALE = {BLUE: "#A9D3EC", VERMILION: "#F2C3A0"}


def draw_reliability(record: Mapping[str, Any], split: str, dpi: int = DPI) -> bytes:
    """Draw a diagram of the stated probabilities, and beside it one after temperature scaling where there is one.

    Args:
        record: The split's record in `metrics.json`, with ``calibration``.
        split: Its name.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    panels = [("as the model states them", record["calibration"]["bins"], BLUE, "o")]
    if "temperature" in record:
        temperature = record["temperature"]["temperature"]
        title = f"with temperature {temperature:.2f}"
        panels.append((title, record["temperature"]["bins"], VERMILION, "s"))
    figure = new_figure(4.3)
    grid = figure.subplots(2, 2, sharex="col", squeeze=False, height_ratios=[4, 1])
    for column in range(2):
        if column < len(panels):
            _draw_panel((grid[0][column], grid[1][column]), panels[column])
        else:
            grid[0][column].set_visible(False)
            grid[1][column].set_visible(False)
    grid[0][0].set_ylabel(f"Share right on {split}", fontsize=TEXT_PT, color=INK)
    grid[1][0].set_ylabel("Images\nin bin", fontsize=TEXT_PT, color=INK)
    figure.supxlabel("Confidence: mean probability of the predicted diagnosis in each bin", fontsize=TEXT_PT, color=INK)
    return write_png(figure, dpi)


def _draw_panel(axes: tuple[Axes, Axes], panel: tuple[str, Mapping[str, Any], str, str]) -> None:
    title, bins, colour, marker = panel
    above, below = axes
    places = [entry["confidence"] for entry in bins.values()]
    for entry in bins.values():
        above.plot([entry["confidence"]] * 2, entry["right"]["ci95"], color=colour, linewidth=1.5, alpha=0.75)
    shares = [entry["right"]["value"] for entry in bins.values()]
    above.plot(places, shares, marker, color=colour, markersize=5, zorder=3, clip_on=False)
    above.plot([0, 1], [0, 1], "--", color=GREY, linewidth=1.2, zorder=1)
    above.annotate("calibrated", (0.06, 0.06), xytext=(0.13, 0.05), fontsize=SMALL_PT, color=GREY)
    above.set(xlim=(0, 1), ylim=(0, 1.02))
    above.set_title(title[:1].upper() + title[1:], fontsize=TEXT_PT, color=INK, loc="left")
    below.vlines(places, 0, [entry["n"] for entry in bins.values()], color=_PALE[colour], linewidth=5)
    below.set_ylim(0, None)
    below.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    for one in axes:
        tidy(one, "y")


def _draw_shown(evidence: Evidence, dpi: int) -> bytes | None:
    splits = [
        split for split in order_splits(evidence.metrics.get("splits", {})) if evidence.split(split).get("calibration")
    ]
    return draw_reliability(evidence.split(splits[-1]), splits[-1], dpi) if splits else None


FIGURE = ReportFigure("reliability", _draw_shown)
