"""Figure: how much of what trials differ in each key explains."""

from collections.abc import Mapping

from melanoma.reporting.canvas import BLUE, DPI, INK, SMALL_PT, TEXT_PT, name_rows, new_figure, tidy, write_png


def draw_search_importance(importance: Mapping[str, float], dpi: int = DPI) -> bytes:
    """Draw a bar for each key, the most important on top.

    Args:
        importance: Share of each key, in [0, 1], summing to 1.
        dpi: Dots per inch.

    Returns:
        PNG bytes.
    """
    rows = sorted(importance.items(), key=lambda entry: -entry[1])
    figure = new_figure(0.9 + 0.32 * len(rows))
    axes = figure.subplots()
    tidy(axes, "x")
    axes.barh(range(len(rows)), [share for _, share in rows], color=BLUE, height=0.6)
    name_rows(axes, [key for key, _ in rows])
    for place, (_, share) in enumerate(rows):
        axes.text(share + 0.01, place, f"{share:.2f}", va="center", fontsize=SMALL_PT, color=INK)
    axes.set_xlim(0, 1.08)
    axes.set_xlabel("Share of the variance between trials", fontsize=TEXT_PT, color=INK)
    return write_png(figure, dpi)
