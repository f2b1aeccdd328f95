"""A folder with its sub-folders."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from melanoma.artifacts.known_digests import SeenFile, seen_as
from melanoma.data.containers.container import Contents, Member, Refused
from melanoma.errors import SourceError


class Folder:
    """The files in a folder; hidden ones are passed over, links are followed unless they lead back up."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> "Folder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""

    def contents(self) -> Contents:
        """Walk the folder.

        Raises:
            SourceError: If a folder cannot be read.
        """
        members, refused = [], []
        for name, seen, size in _files(str(self._path), "", frozenset()):
            if name != name.encode(errors="replace").decode():
                refused.append(Refused(ascii(name)[1:-1], "its name is not UTF-8; rename it"))
            else:
                members.append(Member(name, size, seen))
        return Contents(tuple(members), tuple(refused))

    def read(self, name: str) -> bytes:
        """Read one file."""
        try:
            return (self._path / name).read_bytes()
        except OSError as problem:
            raise SourceError(f"cannot be read ({problem.strerror}); put it back and run again") from problem


def _files(folder: str, above: str, within: frozenset[tuple[int, int]]) -> Iterator[tuple[str, SeenFile, int]]:
    """Yield name, state and size of each file below a folder; a link that leads back up is not followed."""
    own = os.stat(folder)
    if (own.st_dev, own.st_ino) in within:
        return
    for entry in _entries(folder):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _files(entry.path, f"{above}{entry.name}/", within | {(own.st_dev, own.st_ino)})
        elif entry.is_file():
            found = entry.stat()
            yield above + entry.name, seen_as(entry.path, found), found.st_size


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as problem:
        raise SourceError(f"{folder}: cannot be read ({problem.strerror}); check its permissions") from problem
