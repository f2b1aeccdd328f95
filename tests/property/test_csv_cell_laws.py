import re

from hypothesis import example, given
from hypothesis import strategies as st

from melanoma.data.isic_archive.csv_cells import guard_cell, unguard_cell

TEXTS = st.text(st.sampled_from("'=+-@\t\r 1.ae"), max_size=8) | st.text(max_size=20)


@given(TEXTS)
@example("'=1")
@example("''=1")
@example("-5")
@example("'-5")
def test_every_cell_is_read_back_as_it_was(text):
    assert unguard_cell(guard_cell(text)) == text


@given(TEXTS)
def test_what_is_written_starts_with_a_formula_sign_only_if_it_is_a_plain_number(text):
    written = guard_cell(text)
    assert written[:1] not in {"=", "@", "\t", "\r"}
    assert written[:1] not in {"+", "-"} or re.fullmatch(r"[+-][0-9.]+([eE][+-]?[0-9]+)?", written)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_numbers_are_written_as_they_are(number):
    assert guard_cell(str(number)) == str(number)


@given(TEXTS)
@example("'-5")
@example("''=1")
def test_a_cell_that_is_never_written_stays_as_it_is(text):
    plain = unguard_cell(text)
    assert plain == text or guard_cell(plain) == text
