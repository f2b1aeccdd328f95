"""What checks of `melanoma doctor` ask of the machine's processes, where the system shows them in ``/proc``."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_LOCKS = PROC / "locks"
_STOPPED = {"T", "t"}
_DEVICE_INODE = 5


@dataclass(frozen=True)
class Process:
    """A process that runs.

    Attributes:
        number: Its id.
        parent: Its parent's id.
        command: The words that it was started with.
    """

    number: int
    parent: int
    command: tuple[str, ...]


def list_processes() -> Iterator[Process]:
    """Give every process that we may see; none where the system has no ``/proc``."""
    for folder in sorted(PROC.glob("[0-9]*")):
        process = read_process(int(folder.name))
        if process:
            yield process


def read_process(number: int) -> Process | None:
    """Return a process by its id, or None if it has ended, or there is no ``/proc``."""
    try:
        words = (PROC / str(number) / "cmdline").read_bytes().split(b"\0")[:-1]
        return Process(number, int(_fields(number)[1]), tuple(os.fsdecode(word) for word in words))
    except OSError:
        return None


def read_variable(number: int, name: str) -> str | None:
    """Return a variable that a process was started with, if it is ours to read and has it."""
    try:
        entries = (PROC / str(number) / "environ").read_bytes().split(b"\0")
    except OSError:
        return None
    values = dict(os.fsdecode(entry).partition("=")[::2] for entry in entries if entry)
    return values.get(name)


def is_stopped(number: int) -> bool:
    """Tell whether a process stands still, as after Ctrl-Z."""
    try:
        return _fields(number)[0] in _STOPPED
    except OSError:
        return False


def holders(path: Path) -> list[int]:
    """Return the processes that hold a lock on a file, as far as the system tells."""
    if not _LOCKS.exists():
        return []
    inode = str(path.stat().st_ino)
    lines = [line.split() for line in _LOCKS.read_text().splitlines()]
    return [
        int(words[4]) for words in lines if words[1] == "FLOCK" and words[_DEVICE_INODE].rpartition(":")[2] == inode
    ]


def _fields(number: int) -> list[str]:
    """Return what follows the name in ``/proc/<id>/stat``: state, parent, and so on; the name may hold anything."""
    return (PROC / str(number) / "stat").read_text().rpartition(")")[2].split()
