"""Whatever byte of the promotions is changed, the file is refused or says the same."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from melanoma.errors import LedgerBroken
from melanoma.registry.entry import Draft
from melanoma.registry.ledger import append_entry, read_ledger

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    home = tmp_path_factory.mktemp("ledger")
    for number, action in enumerate(("promote", "refuse", "promote")):
        facts = {"model_sha256": f"{number}" * 64, "test_rows_sha256": "a" * 64, "reason": "größer als 0.03"}
        append_entry(home, lambda _, a=action, f=facts: Draft(action=a, run_id="run", **f), NOON)
    path = home / "promotions.jsonl"
    return home, path, path.read_bytes(), read_ledger(home)


@given(data=st.data())
def test_no_changed_byte_changes_what_the_promotions_say(written, data):
    home, path, content, entries = written
    place = data.draw(st.integers(0, len(content) - 1))
    changed = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place]))
    path.write_bytes(content[:place] + bytes([changed]) + content[place + 1 :])
    try:
        found = read_ledger(home)
    except LedgerBroken:
        return
    assert found == entries


@given(data=st.data())
def test_no_missing_piece_changes_what_the_other_lines_say(written, data):
    home, path, content, entries = written
    start = data.draw(st.integers(0, len(content) - 1))
    path.write_bytes(content[:start] + content[data.draw(st.integers(start + 1, len(content))) :])
    try:
        found = read_ledger(home)
    except LedgerBroken:
        return
    assert found == entries[: len(found)]
