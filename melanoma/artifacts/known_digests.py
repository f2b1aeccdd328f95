"""Digests that need not be computed again, because the file system vouches that the file has not changed since.

A file is vouched for by its device, inode, size, and times of change, as in git's index. Whoever writes to a file moves
its change time (ctime), which no program can set back. A file that changed only ticks of the clock before it was read
is read again the next time, because a later write could fall into the same tick. What is forgotten or unreadable here
costs time, never truth.
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from melanoma.fingerprint import digest_files

_NAME = "digests.sqlite"
_FINE_TICK_NS = 20_000_000  # some ticks of the kernel's clock
_COARSE_TICK_NS = 2_000_000_000  # the coarsest clock of a file system in use, FAT's
_WHOLE_MS = 1_000_000
_PER_QUERY = 500
_WAIT_S = 5.0
_TABLE = "CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, state TEXT, sha256 TEXT) WITHOUT ROWID"
Found = TypeVar("Found")
DigestNames = Callable[[Sequence[str]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file as the file system showed it.

    Attributes:
        path: Where it is.
        name: A name that stays when a folder above it is renamed or moved.
        state: What changes whenever its content does.
        changed_ns: When it was changed last, by the file system's clock.
    """

    path: str
    name: str
    state: str
    changed_ns: int


def look_at(path: str | Path) -> SeenFile:
    """Look at a file, without reading it.

    Raises:
        OSError: If it is not there.
    """
    return seen_as(str(path), os.stat(path))


def seen_as(path: str, found: os.stat_result) -> SeenFile:
    """Return what a look at a file showed."""
    times = f"{found.st_mtime_ns}:{found.st_ctime_ns}"
    own = f"{found.st_dev}:{found.st_ino}"
    return SeenFile(path, own, f"{own}:{found.st_size}:{times}", found.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class Digest:
    """What a file holds.

    Attributes:
        sha256: 64 hexadecimal digits.
        is_settled: Whether any later change of the file will show in its state.
    """

    sha256: str
    is_settled: bool


class KnownDigests:
    """The digests that a home remembers."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def digest_files(self, paths: Sequence[Path]) -> list[str]:
        """Return the sha256 of each file; only new and changed ones are read.

        Args:
            paths: The files.

        Returns:
            64 hexadecimal digits for each, in order.

        Raises:
            OSError: If a file cannot be read; it names the file.
        """
        seen = [look_at(path) for path in paths]
        files = {file.name: file for file in seen}
        known = self.recall(files, lambda unknown: digest_files([Path(files[name].path) for name in unknown]))
        return [known[file.name].sha256 for file in seen]

    def recall(
        self, files: Mapping[str, SeenFile], digest: Callable[[Sequence[str]], Sequence[str]]
    ) -> dict[str, Digest]:
        """Return digests under names of the caller's choice, such as those of an archive's members.

        Args:
            files: For each name, the file whose state vouches for the digest; see `look_at`.
            digest: Computes the digests of those names that are not known.

        Returns:
            The digest of each name.
        """
        wanted = {name: file.state for name, file in files.items()}
        found = self._try(lambda database: _look_up(database, wanted)) or {}
        known = {name: Digest(sha256, is_settled=True) for name, sha256 in found.items()}
        unknown = [name for name in files if name not in known]
        if not unknown:
            return known
        now_ns = self._clock_ns()
        fresh = dict(zip(unknown, digest(unknown), strict=True))
        settled = {file for file in {files[name] for name in unknown} if _is_settled(file, now_ns)}
        rows = [(name, wanted[name], fresh[name]) for name in unknown if files[name] in settled]
        self._try(lambda database: database.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", rows))
        return known | {name: Digest(sha256, files[name] in settled) for name, sha256 in fresh.items()}

    def _try(self, work: Callable[[sqlite3.Connection], Found]) -> Found | None:
        """Use the memory; where that is not possible do without, and begin a damaged one anew."""
        place = self._home / _NAME
        try:
            with closing(sqlite3.connect(place, timeout=_WAIT_S)) as database, database:
                database.execute(_TABLE)
                return work(database)
        except sqlite3.OperationalError:
            return None
        except sqlite3.DatabaseError:
            place.unlink(missing_ok=True)
            return None

    def _clock_ns(self) -> int:
        """Return the file system's own time; 0, before everything, where nothing can be written."""
        try:
            with tempfile.TemporaryFile(dir=self._home) as probe:
                return os.fstat(probe.fileno()).st_mtime_ns
        except OSError:
            return 0


def _look_up(database: sqlite3.Connection, wanted: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for names in _batched(wanted, _PER_QUERY):
        marks = ",".join("?" * len(names))
        rows = database.execute(f"SELECT name, state, sha256 FROM files WHERE name IN ({marks})", names)
        found |= {name: sha256 for name, state, sha256 in rows if wanted[name] == state}
    return found


def _is_settled(file: SeenFile, now_ns: int) -> bool:
    """Tell whether a file was last changed well before it was read, and not while it was."""
    tick_ns = _FINE_TICK_NS if file.changed_ns % _WHOLE_MS else _COARSE_TICK_NS
    return look_at(file.path) == file and file.changed_ns < now_ns - tick_ns


def _batched(names: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    """Cut names into batches; the standard library has it from Python 3.12 on."""
    iterator = iter(names)
    while batch := tuple(islice(iterator, size)):
        yield batch
