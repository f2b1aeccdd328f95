from hypothesis import given
from hypothesis import strategies as st

from melanoma.validation.bounded import LONGEST_TEXT, bounded_text


@given(st.text())
def test_any_text_becomes_one_visible_line_of_bounded_length(text):
    shown = bounded_text(text)
    assert shown.isprintable()
    assert len(shown) <= LONGEST_TEXT


def test_direction_marks_are_written_out_and_plain_text_stays():
    assert bounded_text("nevus\u202egnp") == "nevus\\u202egnp"
    assert bounded_text("ورم ملانيني") == "ورم ملانيني"
    assert bounded_text(4) == "4"


def test_a_long_text_ends_in_a_mark():
    assert bounded_text("x" * 300) == "x" * 199 + "…"
