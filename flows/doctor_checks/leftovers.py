"""What runs that were killed and files that were damaged have left in the home, and how much room it takes."""

from collections.abc import Iterator
from pathlib import Path

from flows.doctor_check import Check, Finding, Place, ok, warning
from flows.doctor_home import is_locked

_DONE = "nothing is left over"


def _examine(place: Place) -> Iterator[Finding]:
    findings = [*_building(place.home), *_damaged(place.home), *_unfinished(place.home)]
    yield from findings or [ok(_DONE)]


def _building(home: Path) -> Iterator[Finding]:
    """A folder whose lock is held is being made just now; the others' makers are gone."""
    folders = sorted((home / "building").glob("*"))
    left = [folder for folder in folders if not is_locked(home / "locks" / f"{folder.name}.lock")]
    if left:
        yield warning(f"{_told(left)} in building/, of runs that were killed", f"rm -r {_joined(left)}")
    if len(folders) > len(left):
        yield ok(f"{len(folders) - len(left)} being made just now")


def _damaged(home: Path) -> Iterator[Finding]:
    folders = sorted((home / "damaged").glob("*"))
    if folders:
        yield warning(
            f"{_told(folders)} in damaged/, whose files were changed or cut; they have been made again",
            f"find out who writes into the home or whether the disk fails, then rm -r {home / 'damaged'}",
        )


def _unfinished(home: Path) -> Iterator[Finding]:
    folders = [folder for folder in sorted((home / "unfinished").glob("*/*")) if any(folder.iterdir())]
    left = [folder for folder in folders if not is_locked(_lock_of(home, folder))]
    if left:
        yield warning(
            f"{_told(left)} in unfinished/, from which a stopped training goes on",
            f"give the same command again, or rm -r {_joined(left)}",
        )


def _lock_of(home: Path, workbench: Path) -> Path:
    return home / "locks" / f"{workbench.parent.name}-{workbench.name}.lock"


def _told(folders: list[Path]) -> str:
    size = sum(path.lstat().st_size for folder in folders for path in folder.rglob("*") if not path.is_dir())
    return f"{len(folders)} ({size / 1e6:,.1f} MB)"


def _joined(folders: list[Path]) -> str:
    return " ".join(str(folder) for folder in folders)


CHECK = Check("leftovers", 80, _examine)
