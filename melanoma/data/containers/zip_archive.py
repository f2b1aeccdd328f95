"""A ZIP archive as its publisher ships it, read member by member in memory.

Archives come from strangers. A member is refused whose name leads out of the archive, that is a link or encrypted,
whose bytes are also another member's, or that would swell out of all proportion (Fifield 2019, "A better zip bomb").
"""

import stat
import zipfile
import zlib
from collections import Counter
from itertools import pairwise
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import TracebackType

from melanoma.data.containers.container import MAX_FILE_BYTES, TOO_LARGE, Contents, Member, Refused, is_hidden
from melanoma.errors import SourceError

_ENCRYPTED = 0x1
_LOCAL_HEADER_BYTES = 30
_MAX_RATIO = 250  # pictures hardly shrink; one-hot tables of 400,000 rows do by about 50
_HARMLESS_BYTES = 1 << 24
_UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)


class ZipArchive:
    """The files in one ZIP archive."""

    def __init__(self, path: Path) -> None:
        """Open an archive.

        Raises:
            SourceError: If it is none, or cut off.
        """
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as problem:
            raise SourceError("not a whole ZIP archive; fetch it again") from problem
        self._infos = {_posix(info.filename): info for info in reversed(self._archive.infolist())}

    def __enter__(self) -> "ZipArchive":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def contents(self) -> Contents:
        """Look at the archive's directory; nothing is decompressed."""
        infos = [
            info for info in self._archive.infolist() if not info.is_dir() and not is_hidden(_posix(info.filename))
        ]
        repeated = {name for name, count in Counter(_posix(info.filename) for info in infos).items() if count > 1}
        overlapping = _overlapping(self._archive.infolist())
        members, refused = [], []
        for info in infos:
            name = _posix(info.filename)
            reason = _why_refused(info, overlapping) or ("stands twice in the archive" if name in repeated else "")
            if reason:
                refused.append(Refused(name, f"{reason}; unpack the archive yourself and look at it"))
            else:
                members.append(Member(name, info.file_size))
        return Contents(tuple(members), tuple(refused))

    def read(self, name: str) -> bytes:
        """Decompress one member; its length and checksum are checked."""
        try:
            return self._archive.read(self._infos[name])
        except _UNREADABLE as problem:
            raise SourceError(f"damaged in the archive ({_first_line(problem)}); fetch the archive again") from problem


def _posix(name: str) -> str:
    return name.replace("\\", "/")


def _why_refused(info: zipfile.ZipInfo, overlapping: set[int]) -> str:
    name = _posix(info.filename)
    if PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive or ".." in PurePosixPath(name).parts:
        return "its name leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link"
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    if info.header_offset in overlapping:
        return "shares bytes with another member, as in a zip bomb"
    if info.file_size > MAX_FILE_BYTES:
        return TOO_LARGE.partition(";")[0]
    if info.file_size > max(_HARMLESS_BYTES, _MAX_RATIO * info.compress_size):
        return f"swells to {info.file_size / max(info.compress_size, 1):,.0f} times its size, as a zip bomb does"
    return ""


def _overlapping(infos: list[zipfile.ZipInfo]) -> set[int]:
    """Return the offsets of members whose bytes reach into the next member's."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    bad: set[int] = set()
    for info, following in pairwise(ordered):
        end = info.header_offset + _LOCAL_HEADER_BYTES + len(info.orig_filename) + info.compress_size
        if end > following.header_offset:
            bad |= {info.header_offset, following.header_offset}
    return bad


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]
