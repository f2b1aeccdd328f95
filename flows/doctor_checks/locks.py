"""Locks: the kernel frees those whose holder is gone, so only a process that stands still can keep others waiting."""

from collections.abc import Iterator

from flows.doctor_check import Check, Finding, Place, ok, warning
from flows.doctor_home import is_locked
from flows.doctor_processes import holders, is_stopped


def _examine(place: Place) -> Iterator[Finding]:
    files = [*sorted((place.home / "locks").glob("*.lock")), *(place.home / "prefect").glob("*.lock")]
    held = [path for path in files if is_locked(path)]
    for path in held:
        for process in filter(is_stopped, holders(path)):
            yield warning(
                f"{path.name} is held by process {process}, which is stopped; others wait for it",
                f"let it go on with kill -CONT {process}, or end it with kill -9 {process}",
            )
    yield ok(f"{len(held)} held, {len(files) - len(held)} free")


CHECK = Check("locks", 90, _examine)
