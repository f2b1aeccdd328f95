"""Figure: the value of each trial of a search, and the best so far."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from melanoma.reporting.canvas import (
    BLUE,
    DPI,
    GREY,
    INK,
    SMALL_PT,
    TEXT_PT,
    VERMILION,
    new_figure,
    tidy,
    write_png,
)
from melanoma.reporting.search_record import COMPLETE, PRUNED, SearchRecord, TrialRow


def draw_search_history(record: SearchRecord, dpi: int = DPI) -> bytes:
    """Draw each trial's mean with the range of its folds, those that were pruned, and the best so far.

    Args:
        record: The study.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    figure = new_figure(3.2)
    axes = figure.subplots()
    tidy(axes, "y")
    complete = record.of(COMPLETE)
    _draw_complete(axes, complete)
    _draw_pruned(axes, record.of(PRUNED))
    _draw_best_so_far(axes, complete, record.trials[-1].number)
    axes.set_xlabel("Trial", fontsize=TEXT_PT, color=INK)
    axes.set_ylabel("Balanced accuracy", fontsize=TEXT_PT, color=INK)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    handles, labels = axes.get_legend_handles_labels()
    style = {"frameon": False, "fontsize": SMALL_PT, "labelcolor": INK, "ncols": len(labels)}
    figure.legend(handles, labels, loc="outside upper left", **style)
    return write_png(figure, dpi)


def _draw_complete(axes: Axes, trials: Sequence[TrialRow]) -> None:
    numbers = [trial.number for trial in trials]
    lows, highs = [min(trial.folds) for trial in trials], [max(trial.folds) for trial in trials]
    axes.vlines(numbers, lows, highs, color=BLUE, alpha=0.35, linewidth=2, label="range of its folds")
    axes.plot(numbers, [trial.value or 0.0 for trial in trials], "o", color=BLUE, markersize=5, label="mean of a trial")


def _draw_pruned(axes: Axes, trials: Sequence[TrialRow]) -> None:
    reached = [(trial.number, trial.value) for trial in trials if trial.value is not None]
    if reached:
        numbers, values = zip(*reached, strict=True)
        axes.plot(numbers, values, "x", color=GREY, markersize=5, label="stopped early")


def _draw_best_so_far(axes: Axes, trials: Sequence[TrialRow], last: int) -> None:
    steps: list[tuple[int, float]] = []
    for trial in trials:
        if trial.value is not None and (not steps or trial.value > steps[-1][1]):
            steps.append((trial.number, trial.value))
    numbers, values = zip(*steps, (last, steps[-1][1]), strict=True)
    axes.plot(numbers, values, color=VERMILION, linewidth=1.8, drawstyle="steps-post", label="best so far")
