"""The champion: what the promotions say it is, and nothing else. There is no second record of it."""

from collections.abc import Sequence

from melanoma.errors import LedgerBroken, UsageError
from melanoma.registry.entry import PROMOTE, REFUSE, ROLLBACK, Draft, Entry

CHAMPION = "champion"


def name_champions(entries: Sequence[Entry]) -> list[Entry]:
    """Return the line that promoted each champion that a rollback could still lead to; the last is the champion.

    Args:
        entries: The whole ledger, oldest first.

    Raises:
        LedgerBroken: If a line goes back to what was not the champion before.
    """
    stack: list[Entry] = []
    for entry in entries:
        if entry.action == PROMOTE:
            stack.append(entry)
        elif entry.action == ROLLBACK:
            _step_back(stack, entry)
    return stack


def find_champion(entries: Sequence[Entry]) -> Entry | None:
    """Return the line that promoted the champion; None while there is none."""
    champions = name_champions(entries)
    return champions[-1] if champions else None


def find_judgement(entries: Sequence[Entry], run_id: str) -> Entry | None:
    """Return the last line in which gates judged a run; None where none did."""
    return next((entry for entry in reversed(entries) if entry.run_id == run_id and entry.gates), None)


def last_judged(entries: Sequence[Entry]) -> Entry | None:
    """Return the last line that promoted or refused a run; None where there is none."""
    return next((entry for entry in reversed(entries) if entry.action in (PROMOTE, REFUSE)), None)


def draft_rollback(entries: Sequence[Entry], reason: str) -> Draft:
    """Return the line that gives the place back to the champion before.

    Args:
        entries: The whole ledger.
        reason: Why.

    Raises:
        UsageError: If there was no champion before.
    """
    champions = name_champions(entries)
    if len(champions) < 2:
        have = f"run {champions[0].run_id} is the first" if champions else "there is none"
        raise UsageError(f"promote --rollback: there is no earlier champion ({have}); promote a run by its id")
    earlier = champions[-2]
    return Draft(
        action=ROLLBACK,
        run_id=earlier.run_id,
        model_sha256=earlier.model_sha256,
        test_rows_sha256=earlier.test_rows_sha256,
        reason=reason,
    )


def refuse_twice(entries: Sequence[Entry], run_id: str) -> None:
    """Refuse to promote the champion again.

    Raises:
        UsageError: If the run is the champion.
    """
    champion = find_champion(entries)
    if champion and champion.run_id == run_id:
        raise UsageError(f"promote {run_id}: it is the champion already; `melanoma promote --rollback` goes back")


def refuse_overtaken(entries: Sequence[Entry], judged_against: Entry | None) -> None:
    """Refuse a decision that was made against another champion than there is now.

    Raises:
        UsageError: If the champion has changed since.
    """
    champion = find_champion(entries)
    if champion != judged_against:
        now = champion.run_id if champion else "none"
        raise UsageError(f"the champion has become {now} while the challenger was judged; run melanoma retrain again")


def _step_back(stack: list[Entry], entry: Entry) -> None:
    if len(stack) < 2 or stack[-2].run_id != entry.run_id:
        raise LedgerBroken(
            f"promotions: line {entry.sequence} goes back to {entry.run_id}, which was not the champion before; put "
            "back the file's last backup"
        )
    stack.pop()
