"""Where the files of a source are: in a folder, in a ZIP archive, in an HDF5 file. Nothing is ever unpacked to disk."""

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol

from melanoma.artifacts.known_digests import SeenFile

MAX_FILE_BYTES = 1 << 30  # 170 megapixels of 16-bit RGB; more than any image that ingest would decode
TOO_LARGE = f"larger than {MAX_FILE_BYTES >> 30} GiB, more than an image can be; leave it out"


@dataclass(frozen=True)
class Member:
    """One file in a container.

    Attributes:
        name: In posix form, relative to the container.
        size: In bytes.
        seen: What the file system shows of a loose file.
    """

    name: str
    size: int
    seen: SeenFile | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Refused:
    """A file that is not read: its name, and why and what to do about it in one line."""

    name: str
    reason: str


@dataclass(frozen=True)
class Contents:
    """What a container holds: files that can be read, and files that are refused."""

    members: tuple[Member, ...] = field(default=())
    refused: tuple[Refused, ...] = field(default=())


class Container(Protocol):
    """A place that holds files; a context that closes it."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            SourceError: If it cannot be opened. The message says why and what to do, without the container's name.
        """

    def __enter__(self) -> "Container": ...

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def contents(self) -> Contents:
        """Look at the names and sizes of its files, without reading them; hidden ones are passed over."""
        ...

    def read(self, name: str) -> bytes:
        """Return the bytes of one of its members.

        Raises:
            SourceError: If they cannot be read. The message says why and what to do, without the member's name.
        """
        ...


def is_hidden(name: str) -> bool:
    """Tell names that systems make for themselves, such as ``.DS_Store`` and ``__MACOSX``."""
    return any((part.startswith(".") and part not in {".", ".."}) or part == "__MACOSX" for part in name.split("/"))
