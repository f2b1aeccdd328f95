"""Put a run's model in place, or the champion before it, because a person says so."""

from datetime import datetime
from pathlib import Path

from melanoma.errors import ModelError, UsageError
from melanoma.registry.champion import draft_rollback, find_judgement, refuse_twice
from melanoma.registry.entry import PROMOTE, Draft, Entry
from melanoma.registry.frozen_rows import digest_test_rows
from melanoma.registry.ledger import Entries, append_entry
from melanoma.runs import FINISHED, REFUSED, RunFolder, find_run, read_run
from melanoma.stages.champion import read_test_rows
from melanoma.stages.found_model import find_model
from melanoma.stages.run_files import require_unchanged
from melanoma.stages.table import EVALUATE


def promote_run(home: Path, name: str, reason: str, now: datetime) -> Entry:
    """Make a run's model the champion without asking the gates.

    Args:
        home: Where runs and promotions are.
        name: The run's id, the beginning of it, or ``latest``.
        reason: Why.
        now: When; aware.

    Returns:
        The line that was written.

    Raises:
        UsageError: If there is no such run, it is the champion already, or its protocol leaks.
        ModelError: If it has no model, or was not evaluated.
        ArtifactDamaged: If a file of it is not what its stages made.
        LedgerBroken: If the promotions are not as they were written.
    """
    folder = find_run(home, name)
    _require_whole(folder)
    model, manifest = find_model(folder.run_id, home), read_test_rows(folder)

    def decide(entries: Entries) -> Draft:
        refuse_twice(entries, folder.run_id)
        judged = find_judgement(entries, folder.run_id)
        return Draft(
            action=PROMOTE,
            run_id=folder.run_id,
            model_sha256=model.sha256,
            test_rows_sha256=digest_test_rows(manifest),
            gates=judged.gates if judged else (),
            reason=reason,
        )

    return append_entry(home, decide, now)


def roll_back(home: Path, reason: str, now: datetime) -> Entry:
    """Give the place back to the champion before this one.

    Args:
        home: Where runs and promotions are.
        reason: Why.
        now: When; aware.

    Returns:
        The line that was written.

    Raises:
        UsageError: If there was no champion before, or its run is gone.
        ModelError: If its model is not the one that was promoted.
        LedgerBroken: If the promotions are not as they were written.
    """

    def decide(entries: Entries) -> Draft:
        draft = draft_rollback(entries, reason)
        if find_model(draft.run_id, home).sha256 != draft.model_sha256:
            raise ModelError(f"run {draft.run_id}: its model is not the one that was promoted; promote another run")
        return draft

    return append_entry(home, decide, now)


def _require_whole(folder: RunFolder) -> None:
    record = read_run(folder)
    if record["status"] not in (FINISHED, REFUSED):
        raise ModelError(f"run {folder.run_id}: is {record['status']}; promote a finished run")
    if EVALUATE.name not in record["stages"]:
        raise ModelError(f"run {folder.run_id}: was not evaluated; promote what `melanoma run` has made")
    protocol = record["config"]["split"]["protocol"]
    if protocol != "grouped":
        raise UsageError(f"run {folder.run_id}: split.protocol {protocol} leaks, and no model of it is promoted")
    require_unchanged(folder)
