"""Rows of marks tell which row each belongs to."""

import pytest
from matplotlib.figure import Figure

from melanoma.reporting.forest import draw_forest

SPLITS = ("leaking validation", "validation", "test", "external")


@pytest.mark.parametrize("splits", [SPLITS[:1], SPLITS[:2], SPLITS[:3], SPLITS])
def test_a_mark_is_nearer_to_those_of_its_row_than_to_the_next_rows(splits):
    axes = Figure().subplots()
    row = {split: {"value": 0.5, "ci95": [0.4, 0.6], "n": 9} for split in splits}
    draw_forest(axes, splits, [row, row])
    places = [line.get_ydata() for line in axes.get_lines() if line.get_marker() != "None"]
    first, second = sorted(place[0] for place in places), sorted(place[1] for place in places)
    assert len(first) == len(splits)
    assert first[-1] - first[0] < second[0] - first[-1]
    assert sum(first) == pytest.approx(0)
