import math

import pytest

from melanoma.reporting.number_text import (
    count_text,
    decimal_text,
    figure_text,
    interval_text,
    seconds_text,
    share_text,
    value_text,
)


@pytest.mark.parametrize(
    ("tell", "value"),
    [
        (count_text, None), (count_text, math.nan), (decimal_text, None), (decimal_text, math.inf),
        (seconds_text, None), (value_text, None), (value_text, math.nan), (value_text, "None"), (value_text, "NaN"),
        (value_text, []), (value_text, {}),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_dash(tell, value):
    assert tell(value) == "–"


def test_a_share_above_zero_is_never_shown_as_zero():
    assert [share_text(share) for share in (0.0, 1e-9, 0.001, 0.5, 0.9995, 1.0)] == [
        "0 %", "under 0.1 %", "0.1 %", "50 %", "over 99.9 %", "100 %",
    ]  # fmt: skip


def test_a_figure_is_told_with_interval_and_n():
    assert figure_text({"value": 0.61234, "ci95": [0.5, 0.7], "n": 1180}) == "0.612 [0.500, 0.700], n = 1,180"
    events = {"value": 0.61234, "ci95": [0.5, 0.7], "n": 1180, "events": 1018}
    assert figure_text(events) == "0.612 [0.500, 0.700], n = 1,180, 1,018 events"
    assert figure_text({**events, "events": 1180}) == "0.612 [0.500, 0.700], n = 1,180"
    assert interval_text((0, 1)) == "[0.000, 1.000]"


def test_a_mapping_leaves_out_what_has_no_value():
    assert value_text([{"name": "rotate", "options": {}}, {"p": 0.5}]) == "name rotate; p 0.5"


def test_minutes_and_hours_carry_their_rest():
    assert [seconds_text(s) for s in (59.9, 60, 3599.6, 86399)] == ["60 s", "1 min 0 s", "1 h 0 min", "23 h 59 min"]
