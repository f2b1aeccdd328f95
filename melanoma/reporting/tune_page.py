"""The page on a search for hyper-parameters: one HTML file that opens offline."""

from melanoma.reporting.figures.search_coordinates import MOST_AXES, draw_search_coordinates
from melanoma.reporting.figures.search_history import draw_search_history
from melanoma.reporting.figures.search_importance import draw_search_importance
from melanoma.reporting.page import set_page
from melanoma.reporting.search_record import COMPLETE, FAILED, PRUNED, SearchRecord

MOST_ROWS = 200


def render_tune_page(record: SearchRecord) -> str:
    """Write the page; every name is escaped, and its policy forbids scripts and requests.

    Args:
        record: The study.

    Returns:
        The text of an HTML file, to be stored as UTF-8.
    """
    return set_page(
        "tune.html.j2",
        record=record,
        counts={state: len(record.of(state)) for state in (COMPLETE, PRUNED, FAILED)},
        history=draw_search_history(record),
        importance=draw_search_importance(record.importance) if record.importance else None,
        coordinates=draw_search_coordinates(record),
        most_axes=MOST_AXES,
        rows=record.by_value[:MOST_ROWS],
    )
