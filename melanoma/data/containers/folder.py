"""A folder with its sub-folders."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from melanoma.data.containers.container import Contents, Member, Refused
from melanoma.errors import SourceError


class Folder:
    """The files in a folder; hidden ones are passed over, links are followed, but none twice."""

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
        for path in _files(self._path):
            name = path.relative_to(self._path).as_posix()
            if name != name.encode(errors="replace").decode():
                refused.append(Refused(ascii(name)[1:-1], "its name is not UTF-8; rename it"))
            else:
                members.append(Member(name, path.stat().st_size))
        return Contents(tuple(members), tuple(refused))

    def read(self, name: str) -> bytes:
        """Read one file."""
        try:
            return (self._path / name).read_bytes()
        except OSError as problem:
            raise SourceError(f"cannot be read ({problem.strerror}); put it back and run again") from problem


def _files(root: Path) -> Iterator[Path]:
    walked: set[Path] = set()
    for folder, folders, files in os.walk(root, onerror=_refuse, followlinks=True):
        walked.add(Path(folder).resolve())
        folders[:] = [
            name for name in folders if not name.startswith(".") and Path(folder, name).resolve() not in walked
        ]
        for name in files:
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _refuse(problem: OSError) -> None:
    raise SourceError(f"{problem.filename}: cannot be read ({problem.strerror}); check its permissions") from problem
