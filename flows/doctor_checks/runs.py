"""Runs that still say that they are running though their process is gone, and records that cannot be read."""

from collections.abc import Iterator
from pathlib import Path

from flows.doctor_check import Check, Finding, Place, ok, warning
from flows.status import INTERRUPTED, describe_run
from melanoma.errors import UsageError
from melanoma.runs import RUNNING, RunFolder, list_runs


def _examine(place: Place) -> Iterator[Finding]:
    folders = [RunFolder(place.home, run_id) for run_id in list_runs(place.home)]
    states: list[str] = []
    for folder in folders:
        try:
            status = str(describe_run(folder)["status"])
        except UsageError:
            yield warning(f"{folder.path} has no readable run.json", f"rm -r {folder.path}")
            continue
        states.append(status)
        if status == INTERRUPTED:
            yield _interrupted(folder.path)
    yield ok(f"{len(folders)} runs, {states.count(RUNNING)} running")


def _interrupted(path: Path) -> Finding:
    return warning(
        f"{path.name} says running, and its process is gone",
        f"give its command again, which goes on from the last finished stage; or rm -r {path}",
    )


CHECK = Check("runs", 100, _examine)
