"""What all figures share: size, type, colours that colour-blind readers can tell apart, and bytes that never vary.

Colours: Okabe and Ito (2008), Color Universal Design; blue and vermilion also differ in lightness.
"""

import io
import unicodedata
from collections.abc import Sequence
from functools import cache
from textwrap import shorten

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

DPI = 200
WIDTH_IN = 7.2
BLUE, VERMILION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#6B7780"
INK, RULE = "#20272C", "#D9DEE2"
SMALL_PT, TEXT_PT = 8, 9
LONGEST_NAME = 28
SPLIT_STYLES = {"validation": (BLUE, "o"), "test": (VERMILION, "s"), "accuracy": (BLUE, "s")}
OTHER_STYLE = (GREEN, "D")


def new_figure(height_in: float, width_in: float = WIDTH_IN) -> Figure:
    """Return an empty figure, by default of the report's width; no global state takes part."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def write_png(figure: Figure, dpi: int) -> bytes:
    """Return a figure as PNG bytes; equal figures give equal bytes (no date, no software in them)."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
    return stream.getvalue()


def tidy(axes: Axes, grid: str = "x") -> None:
    """Leave only what carries data: no box, thin grid lines along one axis, quiet ticks."""
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.grid(visible=True, axis="x" if grid == "x" else "y", color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=SMALL_PT, colors=INK)


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Label rows 0, 1, ... from the top down with names that may hold anything."""
    axes.set_yticks(range(len(names)))
    axes.set_yticklabels([short_name(name) for name in names], fontsize=TEXT_PT, color=INK, parse_math=False)
    axes.set_ylim(max(len(names), 1) - 0.5, -0.5)


def short_name(name: str) -> str:
    """Return a name that fits beside a figure and that the figures' font can draw.

    Examples:
        >>> short_name("pigmented benign keratosis with many more words")
        'pigmented benign keratosis…'
    """
    visible = "".join(character if _is_drawable(character) else "□" for character in " ".join(name.split()))
    cut = shorten(visible, LONGEST_NAME, placeholder="…")
    return cut if len(cut) > 1 or len(visible) <= LONGEST_NAME else visible[: LONGEST_NAME - 1] + "…"


def _is_drawable(character: str) -> bool:
    return character == " " or (unicodedata.category(character)[0] != "C" and ord(character) in _charmap())


@cache
def _charmap() -> frozenset[int]:
    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
