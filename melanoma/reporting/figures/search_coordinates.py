"""Figure: parallel coordinates, one line for each trial through what it tried and what it came to."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from melanoma.config.tune import Choice, Dimension
from melanoma.reporting.canvas import DPI, GREY, INK, SMALL_PT, TEXT_PT, VERMILION, new_figure, short_name, write_png
from melanoma.reporting.search_record import COMPLETE, SearchRecord, TrialRow

MOST_AXES = 8
_COLOURS = colormaps["cividis"]  # Nunez et al. 2018: the same order of lightness with and without colour vision
_NARROWEST = 0.02
_LONGEST = 15


@dataclass(frozen=True)
class _Scale:
    """One upright axis: what it is called, and where its ticks are, in 0..1 from below."""

    name: str
    ticks: tuple[tuple[float, str], ...]
    dimension: Dimension

    def place(self, value: Choice) -> float:
        """Return where a value is, in 0..1."""
        choices = self.dimension.choices
        if choices is not None:
            return choices.index(value) / max(len(choices) - 1, 1)
        low, high = float(self.dimension.low or 0), float(self.dimension.high or 0)
        if self.dimension.log:
            return math.log(float(value) / low) / math.log(high / low)
        return (float(value) - low) / (high - low)


def draw_search_coordinates(record: SearchRecord, dpi: int = DPI) -> bytes:
    """Draw a line for each complete trial; lighter is better, and the best is vermilion.

    Args:
        record: The study.
        dpi: Dots per inch.

    Returns:
        PNG bytes. Of many keys the most important are shown.
    """
    figure = new_figure(4.0)
    axes = figure.subplots()
    scales = [_scale(key, record.space[key]) for key in _shown(record)]
    complete, best = record.of(COMPLETE), record.best
    values = [trial.value or 0.0 for trial in complete]
    norm = Normalize(min(values), max(max(values), min(values) + _NARROWEST))
    for trial in sorted(complete, key=lambda trial: trial.value or 0.0):
        if trial is not best:
            colour = _COLOURS(norm(trial.value or 0.0))
            axes.plot(*_line(trial, scales, norm), color=colour, linewidth=1.2, alpha=0.8)
    axes.plot(*_line(best, scales, norm), color=VERMILION, linewidth=2.4)
    _draw_scales(axes, [*scales, _value_scale(norm)])
    bar = figure.colorbar(ScalarMappable(norm, _COLOURS), ax=axes, pad=0.02, aspect=30)
    bar.set_label("Balanced accuracy; the best trial is vermilion", fontsize=SMALL_PT, color=INK)
    bar.ax.tick_params(labelsize=SMALL_PT, colors=INK, length=0)
    return write_png(figure, dpi)


def _shown(record: SearchRecord) -> list[str]:
    keys = sorted(record.space, key=lambda key: -record.importance.get(key, 0.0))
    return keys[:MOST_AXES]


def _scale(key: str, dimension: Dimension) -> _Scale:
    if dimension.choices is not None:
        count = max(len(dimension.choices) - 1, 1)
        ticks = tuple((n / count, str(choice)) for n, choice in enumerate(dimension.choices))
    else:
        ticks = ((0.0, f"{dimension.low:g}"), (1.0, f"{dimension.high:g}"))
    return _Scale(key, ticks, dimension)


def _value_scale(norm: Normalize) -> _Scale:
    low, high = float(norm.vmin or 0), float(norm.vmax or 1)
    return _Scale("balanced.accuracy", ((0.0, f"{low:.3f}"), (1.0, f"{high:.3f}")), Dimension(low=low, high=high))


def _line(trial: TrialRow, scales: Sequence[_Scale], norm: Normalize) -> tuple[list[int], list[float]]:
    heights = [scale.place(trial.values[scale.name]) for scale in scales]
    return list(range(len(scales) + 1)), [*heights, float(np.asarray(norm(trial.value or 0.0)))]


def _draw_scales(axes: Axes, scales: Sequence[_Scale]) -> None:
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xlim(-0.35, len(scales) - 0.65)
    axes.set_ylim(-0.1, 1.1)
    axes.set_yticks([])
    axes.set_xticks(range(len(scales)), [_title(scale.name) for scale in scales], fontsize=SMALL_PT, color=INK)
    axes.tick_params(length=0)
    for place, scale in enumerate(scales):
        axes.vlines(place, 0, 1, color=GREY, linewidth=1, zorder=0)
        for height, text in scale.ticks:
            _write_tick(axes, place, height, text)
    axes.set_xlabel("What was tried, from the most important", fontsize=TEXT_PT, color=INK)


def _write_tick(axes: Axes, place: int, height: float, text: str) -> None:
    """Write a value above the upper end of its axis, below the lower one, or right of what is between."""
    box = {"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 0.8}
    at_end = height in (0.0, 1.0)
    above = 0.03 if height == 1.0 else -0.03 if at_end else 0.0
    label = axes.text(place + (0 if at_end else 0.05), height + above, cut_name(text), bbox=box, parse_math=False)
    label.set(fontsize=SMALL_PT - 1, color=INK, zorder=5, ha="center" if at_end else "left")
    label.set(va="bottom" if height == 1.0 else "top" if at_end else "center")


def cut_name(text: str) -> str:
    """Return a value's name that fits between two axes.

    Examples:
        >>> cut_name("efficientnet_lite0+efficientnet_lite1")
        'efficient…lite1'
    """
    name = short_name(text)
    return name if len(name) <= _LONGEST else f"{name[:9]}…{text[-5:]}"


def _title(key: str) -> str:
    """Break a key into lines: ``train.learning_rate`` into three."""
    return key.replace(".", "\n").replace("_", "\n")
