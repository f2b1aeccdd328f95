"""Each line of the promotions is sealed and chained; whatever is done to the file is told by the line's number."""

import errno
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from pydantic import ValidationError

from melanoma.errors import LedgerBroken, UsageError
from melanoma.fingerprint import digest_bytes
from melanoma.registry.ledger import append_entry, read_ledger


@pytest.fixture
def ledger(tmp_path, append):
    """A ledger of four lines."""
    append("promote", "first")
    append(
        "refuse", "second", gates=[{"gate": "calibration", "verdict": "failed", "margin": 0.03}], reason="größer\nals"
    )
    append("promote", "third")
    append("rollback", "first")
    return tmp_path / "promotions.jsonl"


def test_a_home_without_decisions_has_no_promotions(tmp_path):
    assert read_ledger(tmp_path) == ()


def test_what_was_written_is_read_and_each_line_names_the_one_before(ledger, tmp_path):
    entries, lines = read_ledger(tmp_path), ledger.read_text().splitlines()
    assert [(entry.sequence, entry.action, entry.run_id) for entry in entries] == [
        (1, "promote", "first"),
        (2, "refuse", "second"),
        (3, "promote", "third"),
        (4, "rollback", "first"),
    ]
    assert entries[0].previous == "0" * 64
    assert [entry.previous for entry in entries[1:]] == [digest_bytes(line.encode()) for line in lines[:-1]]
    assert entries[1].reason == "größer\nals"
    assert json.loads(lines[0])["time"] == "2026-11-25T12:00:00Z"


def _change(line, **values):
    return json.dumps({**json.loads(line), **values}, sort_keys=True)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda lines: [_change(lines[0], run_id="other"), *lines[1:]], "line 1 was changed after it was written"),
        (lambda lines: [*lines[:3], _change(lines[3], run_id="third")], "line 4 was changed after it was written"),
        (lambda lines: lines[1:], "line 1 says that it is line 2"),
        (lambda lines: [lines[0], *lines[2:]], "line 2 says that it is line 3"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "line 1 says that it is line 2"),
        (lambda lines: [*lines, lines[3]], "line 5 says that it is line 4"),
        (
            lambda lines: [lines[0], lines[1].replace(" ", "  "), *lines[2:]],
            "line 3 does not follow the line before it",
        ),
        (lambda lines: [*lines[:3], lines[3][:40]], "line 4 cannot be read"),
        (lambda lines: [*lines[:2], "", *lines[2:]], "line 3 cannot be read"),
        (lambda lines: ["[" * 100_000, *lines[1:]], "line 1 cannot be read"),
        (lambda lines: ["17", *lines[1:]], "line 1 cannot be read"),
        (lambda lines: [_change(lines[0], more=1), *lines[1:]], "line 1 cannot be read"),
        (lambda lines: [_change(lines[0], action="demote"), *lines[1:]], "line 1 cannot be read"),
    ],
)
def test_a_broken_chain_is_told_by_its_line_and_nothing_is_added_to_it(ledger, tmp_path, append, harm, words):
    harmed = "".join(f"{line}\n" for line in harm(ledger.read_text().splitlines()))
    ledger.write_text(harmed)
    with pytest.raises(LedgerBroken, match=words) as problem:
        read_ledger(tmp_path)
    assert "\n" not in str(problem.value)
    assert str(ledger) in str(problem.value)
    with pytest.raises(LedgerBroken, match=words):
        append("promote", "fourth")
    assert ledger.read_text() == harmed


def test_a_decision_that_is_called_off_leaves_the_file_as_it_was(ledger, tmp_path, draft):
    before = ledger.read_bytes()

    def refuse(entries):
        raise UsageError(f"{len(entries)} lines are enough")

    with pytest.raises(UsageError, match="4 lines are enough"):
        append_entry(tmp_path, refuse, datetime.fromisoformat("2026-11-25T12:00:00+00:00"))
    assert ledger.read_bytes() == before
    with pytest.raises(ValidationError, match="timezone"):
        append_entry(tmp_path, lambda _: draft(), datetime.fromisoformat("2026-11-25T12:00:00"))
    assert ledger.read_bytes() == before


def test_a_disk_that_is_full_leaves_the_file_as_it_was(ledger, tmp_path, append, monkeypatch):
    before = ledger.read_bytes()

    def fail(descriptor):
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="no space left"):
        append("promote", "fifth")
    assert ledger.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["promotions.jsonl"]


def test_of_many_who_write_at_once_none_is_lost(tmp_path, append):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: append("refuse", f"run-{n}"), range(16)))
    entries = read_ledger(tmp_path)
    assert [entry.sequence for entry in entries] == list(range(1, 17))
    assert {entry.run_id for entry in entries} == {f"run-{n}" for n in range(16)}
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["promotions.jsonl"]
