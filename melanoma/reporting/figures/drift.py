"""Figures: how the new images of a source are spread beside those that the champion was made from."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from melanoma.registry.drift import NUMBERS, WORDS, DriftTest
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
    tidy,
    write_png,
)
from melanoma.reporting.names import drift_name

_WIDTH_IN = 4.2
_SIDES = (("old", GREY, "champion's"), ("new", VERMILION, "new"))


def draw_drift(test: DriftTest, dpi: int = DPI) -> bytes:
    """Draw what one test compares: two distribution functions, shares of words, or two clouds of points.

    Args:
        test: With what it shows.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    figure = new_figure(_height_in(test), _WIDTH_IN)
    axes = figure.subplots()
    tidy(axes)
    draw = {NUMBERS: _draw_numbers, WORDS: _draw_words}.get(test.kind, _draw_vectors)
    draw(axes, test.shown)
    figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=SMALL_PT, labelcolor=INK)
    return write_png(figure, dpi)


def draw_distances(tests: Sequence[DriftTest], dpi: int = DPI) -> bytes:
    """Draw how far new images are from the champion's in each test; a filled mark is drift that is shown.

    Args:
        tests: At least one.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    figure = new_figure(0.9 + 0.28 * max(len(tests), 2))
    axes = figure.subplots()
    tidy(axes)
    for row, test in enumerate(tests):
        colour = VERMILION if test.drifted else BLUE
        axes.plot([0, test.distance], [row, row], color=colour, linewidth=1.8, solid_capstyle="round")
        fill = colour if test.drifted else "white"
        axes.plot([test.distance], [row], "o", color=colour, markerfacecolor=fill, markersize=5.5, zorder=3)
        axes.annotate(
            f"p {test.p_holm:.2g}{', drifted' if test.drifted else ''}", (1, row), xycoords=("axes fraction", "data"),
            xytext=(8, 0), textcoords="offset points", fontsize=SMALL_PT, color=INK, va="center", annotation_clip=False,
        )  # fmt: skip
    name_rows(axes, [drift_name(test.what) for test in tests])
    axes.set_xlim(0, max(0.2, *(1.05 * test.distance for test in tests)))
    axes.set_xlabel("Distance of new images from the champion's, 0 to 1; p corrected", fontsize=TEXT_PT, color=INK)
    return write_png(figure, dpi)


def _height_in(test: DriftTest) -> float:
    return 1.0 + 0.3 * max(len(test.shown["names"]), 3) if test.kind == WORDS else 2.4


def _draw_numbers(axes: Axes, shown: Mapping[str, Any]) -> None:
    for side, colour, label in _SIDES:
        quantiles, unknown = shown[side]["quantiles"], shown[side]["unknown"]
        told = f"{label}, {unknown:.0%} unknown" if unknown else label
        shares = unknown + (1 - unknown) * np.linspace(0, 1, len(quantiles))
        axes.plot(quantiles, shares, color=colour, linewidth=1.8, label=told)
    axes.set_ylim(0, 1)
    axes.set_ylabel("Share of images at or below", fontsize=SMALL_PT, color=INK)


def _draw_words(axes: Axes, shown: Mapping[str, Any]) -> None:
    rows = np.arange(len(shown["names"]))
    for offset, (side, colour, label) in zip((-0.19, 0.19), _SIDES, strict=True):
        axes.barh(rows + offset, shown[side], height=0.34, color=colour, label=label)
    name_rows(axes, shown["names"])
    axes.set_xlabel("Share of images", fontsize=SMALL_PT, color=INK)


def _draw_vectors(axes: Axes, shown: Mapping[str, Any]) -> None:
    for side, colour, label in _SIDES:
        across, up = np.array(shown[side]).T
        axes.scatter(across, up, s=9, color=colour, alpha=0.65, linewidths=0, label=label)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.set_xlabel("The two directions of most variance", fontsize=SMALL_PT, color=INK)
