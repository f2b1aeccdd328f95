"""Who the champion is follows from the promotions alone."""

import pytest

from melanoma.errors import LedgerBroken, UsageError
from melanoma.registry.champion import (
    draft_rollback,
    find_champion,
    find_judgement,
    last_judged,
    refuse_overtaken,
    refuse_twice,
)
from melanoma.registry.ledger import read_ledger


def write(append, tmp_path, *lines):
    for action, run_id in lines:
        append(action, run_id)
    return read_ledger(tmp_path)


@pytest.mark.parametrize(
    ("lines", "champion"),
    [
        ([], None),
        ([("refuse", "a")], None),
        ([("promote", "a")], "a"),
        ([("promote", "a"), ("refuse", "b")], "a"),
        ([("promote", "a"), ("promote", "b")], "b"),
        ([("promote", "a"), ("promote", "b"), ("rollback", "a")], "a"),
        ([("promote", "a"), ("promote", "b"), ("rollback", "a"), ("promote", "c"), ("rollback", "a")], "a"),
        ([("promote", "a"), ("promote", "b"), ("promote", "c"), ("rollback", "b"), ("rollback", "a")], "a"),
    ],
)
def test_the_champion_is_the_last_promoted_that_was_not_rolled_back(append, tmp_path, lines, champion):
    found = find_champion(write(append, tmp_path, *lines))
    assert (found and found.run_id) == champion
    assert found is None or found.action == "promote"


def test_a_rollback_goes_to_the_champion_before_with_its_own_model_and_rows(append, tmp_path):
    append("promote", "a", model_sha256="1" * 64, test_rows_sha256="2" * 64)
    append("promote", "b")
    back = draft_rollback(read_ledger(tmp_path), "it misses melanomas")
    assert (back.action, back.run_id, back.model_sha256, back.test_rows_sha256, back.reason) == (
        "rollback",
        "a",
        "1" * 64,
        "2" * 64,
        "it misses melanomas",
    )


@pytest.mark.parametrize(
    ("lines", "words"), [([], "there is none"), ([("promote", "a"), ("refuse", "b")], "run a is the first")]
)
def test_without_an_earlier_champion_there_is_no_way_back(append, tmp_path, lines, words):
    with pytest.raises(UsageError, match=f"there is no earlier champion \\({words}\\)"):
        draft_rollback(write(append, tmp_path, *lines), "why not")


@pytest.mark.parametrize("lines", [[("rollback", "a")], [("promote", "a"), ("promote", "b"), ("rollback", "c")]])
def test_a_line_that_goes_back_to_no_earlier_champion_is_told(append, tmp_path, lines):
    entries = write(append, tmp_path, *lines)
    with pytest.raises(
        LedgerBroken, match=f"line {len(lines)} goes back to {lines[-1][1]}, which was not the champion"
    ):
        find_champion(entries)


def test_the_champion_is_not_promoted_again_and_no_decision_stands_that_was_overtaken(append, tmp_path):
    entries = write(append, tmp_path, ("promote", "a"), ("promote", "b"))
    refuse_twice(entries, "a")
    with pytest.raises(UsageError, match="promote b: it is the champion already"):
        refuse_twice(entries, "b")
    refuse_overtaken(entries, entries[1])
    with pytest.raises(UsageError, match="the champion has become b while the challenger was judged"):
        refuse_overtaken(entries, entries[0])
    with pytest.raises(UsageError, match="the champion has become none"):
        refuse_overtaken((), entries[0])


def test_what_the_gates_found_of_a_run_is_found_again(append, tmp_path):
    append("refuse", "a", gates=[{"gate": "calibration"}])
    append("promote", "b")
    append("promote", "c")
    append("rollback", "b")
    entries = read_ledger(tmp_path)
    assert find_judgement(entries, "a") == entries[0]
    assert find_judgement(entries, "b") is None
    assert last_judged(entries) == entries[2]
