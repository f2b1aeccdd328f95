"""What a source holds: its files by content. A source is a folder, or an archive as its publisher ships it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from melanoma.artifacts.known_digests import Digest, DigestNames, SeenFile, look_at
from melanoma.data.containers.container import MAX_FILE_BYTES, TOO_LARGE, Refused
from melanoma.data.source_reader import ARCHIVES, SourceReader
from melanoma.errors import SourceError, UsageError
from melanoma.fingerprint import digest_bytes, digest_file, digest_value

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".tif", ".tiff", ".webp", ".gif"})
_TABLE_SUFFIXES = frozenset({".csv"})
_ISIC_ID = re.compile(r"ISIC_\d{7}")
_UNREADABLE = "!"
Recall = Callable[[Mapping[str, SeenFile], DigestNames], Mapping[str, Digest]]


@dataclass(frozen=True)
class SourceFile:
    """One file of a source.

    Attributes:
        name: Its path relative to the root, in posix form; below an archive the archive's name comes first.
        size: In bytes.
        sha256: Of its content.
        archive: The name of the archive that it is in; empty if it is in none, or if the root itself is the archive.
        seen: What the file system shows of a loose file while it holds this content; None where that is not known.
    """

    name: str
    size: int
    sha256: str
    archive: str = ""
    seen: SeenFile | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Listing:
    """The files of a source, sorted by name.

    Attributes:
        root: The folder or archive; it takes no part in the digest, so that a moved folder is the same data.
        images: Files with an image's suffix.
        tables: CSV files, in the root and below.
        refused: Files that are not read, each with its reason.
    """

    root: Path
    images: tuple[SourceFile, ...]
    tables: tuple[SourceFile, ...]
    refused: tuple[Refused, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The sha256 of all names and contents."""
        files = [[file.name, file.sha256] for file in (*self.images, *self.tables)]
        return digest_value([*files, *([file.name, file.reason] for file in self.refused)])

    def read(self, name: str) -> bytes:
        """Return the bytes of one of its tables or images.

        Raises:
            SourceError: If it cannot be read any more.
        """
        archive = next((file.archive for file in (*self.tables, *self.images) if file.name == name), "")
        with SourceReader(self.root) as reader:
            return reader.read(name, archive)


def list_source(root: Path, recall: Recall | None = None) -> Listing:
    """Note what each image and table of a source is; a file's bytes are read unless its digest is remembered.

    Hidden files and folders are passed over; a link that leads back to a folder already seen is not followed. Archives
    are looked into, not unpacked.

    Args:
        root: The source: a folder, a ZIP archive, or an HDF5 file.
        recall: Remembers digests; see `melanoma.artifacts.known_digests`.

    Returns:
        The listing.

    Raises:
        UsageError: If there is no such folder or archive.
        SourceError: If it cannot be read, or holds no image.
    """
    found, refused = find_files(root)
    wanted = {file.name: file for file in found if _is_image(file.name) or _is_table(file.name)}
    digests = _digest(root, wanted, recall)
    files = [digests[name] for name in sorted(wanted)]
    readable = [file for file in files if isinstance(file, SourceFile)]
    return Listing(
        root,
        tuple(file for file in readable if _is_image(file.name)),
        tuple(file for file in readable if _is_table(file.name)),
        tuple(sorted((*refused, *(file for file in files if isinstance(file, Refused))), key=lambda file: file.name)),
    )


def find_files(root: Path) -> tuple[list[SourceFile], list[Refused]]:
    """Look at the names and sizes of a source's files, without reading them.

    Args:
        root: The source.

    Returns:
        The files, without digests, sorted by name; and those that are refused.

    Raises:
        UsageError: If there is no such folder or archive.
        SourceError: If it cannot be read, or holds no image.
    """
    if not root.is_dir() and not (root.is_file() and _is_archive(root.name)):
        raise UsageError(f"{root}: no such folder or archive; give the folder or the .zip that holds the images")
    with SourceReader(root) as reader:
        found, refused = _look_into(reader, "")
        if root.is_dir():
            for archive in [file.name for file in found if _is_archive(file.name)]:
                inside, refused_inside = _look_into_archive(reader, archive)
                found, refused = [*found, *inside], [*refused, *refused_inside]
    _require_images(root, found, refused)
    return sorted(found, key=lambda file: file.name), refused


def isic_id_of(name: str) -> str | None:
    """Return the ISIC id that a file's name carries, or None.

    Examples:
        >>> isic_id_of("Train/nevus/ISIC_0000019 (1).jpg")
        'ISIC_0000019'
    """
    match = _ISIC_ID.search(name.rpartition("/")[2])
    return match.group() if match else None


def _look_into(reader: SourceReader, archive: str) -> tuple[list[SourceFile], list[Refused]]:
    """List a container's files under names that are relative to the root."""
    contents = reader.container(archive).contents()
    above = f"{archive}/" if archive else ""
    refused = [Refused(above + file.name, file.reason) for file in contents.refused if _is_image(file.name)]
    found = []
    for member in contents.members:
        name = above + member.name
        if member.size > MAX_FILE_BYTES and _is_image(name):
            refused.append(Refused(name, TOO_LARGE))
        else:
            found.append(SourceFile(name, member.size, "", archive, member.seen))
    return found, refused


def _look_into_archive(reader: SourceReader, archive: str) -> tuple[list[SourceFile], list[Refused]]:
    try:
        return _look_into(reader, archive)
    except SourceError as problem:
        return [], [Refused(archive, str(problem).rpartition(": ")[2])]


def _require_images(root: Path, found: Iterable[SourceFile], refused: Sequence[Refused]) -> None:
    if any(_is_image(file.name) for file in found):
        return
    if refused:
        raise SourceError(f"{root}: no image can be read: {refused[0].name}: {refused[0].reason}")
    raise SourceError(f"{root}: holds no image; expected .jpg or .png files, a folder per diagnosis or a CSV")


def _is_image(name: str) -> bool:
    return _suffix(name) in IMAGE_SUFFIXES


def _is_table(name: str) -> bool:
    return _suffix(name) in _TABLE_SUFFIXES


def _is_archive(name: str) -> bool:
    return _suffix(name) in ARCHIVES


def _suffix(name: str) -> str:
    return "." + name.rpartition(".")[2].lower()


def _digest(root: Path, files: Mapping[str, SourceFile], recall: Recall | None) -> dict[str, SourceFile | Refused]:
    """Add to each file what it holds, or say why it cannot be read."""
    seen, is_archive = _look_at_all(root, files), root.is_file()
    inner = {name for name, file in files.items() if is_archive or file.archive}
    remembered_as = {name: f"{seen[name].name}//{name}" if name in inner else seen[name].name for name in files}
    by_memory = {remembered_as[name]: name for name in files}

    def digest(memories: Sequence[str]) -> list[str]:
        with SourceReader(root) as reader, ThreadPoolExecutor() as pool:
            return list(pool.map(lambda memory: _digest_file(root, files[by_memory[memory]], reader), memories))

    recalled = (recall or _read_all)({memory: seen[name] for memory, name in by_memory.items()}, digest)
    return {name: _finish(file, recalled[remembered_as[name]]) for name, file in files.items()}


def _read_all(files: Mapping[str, SeenFile], digest: DigestNames) -> Mapping[str, Digest]:
    """Remember nothing."""
    return {name: Digest(sha256, is_settled=False) for name, sha256 in zip(files, digest(list(files)), strict=True)}


def _look_at_all(root: Path, files: Mapping[str, SourceFile]) -> dict[str, SeenFile]:
    """Return what the file system shows of the file on disk that holds each file's bytes."""
    try:
        archives = {archive: look_at(root / archive) for archive in {file.archive for file in files.values()}}
        return {name: file.seen or archives[file.archive] for name, file in files.items()}
    except OSError as problem:
        message = f"{problem.filename}: cannot be read ({problem.strerror}); put it back and run again"
        raise SourceError(message) from problem


def _digest_file(root: Path, file: SourceFile, reader: SourceReader) -> str:
    """Digest a loose file in bounded memory, and an archive's member whole; a damaged member is no end of the run."""
    if root.is_dir() and not file.archive:
        try:
            return digest_file(root / file.name)
        except OSError as problem:
            path = root / file.name
            raise SourceError(f"{path}: cannot be read ({problem.strerror}); check its permissions") from problem
    try:
        return digest_bytes(reader.read(file.name, file.archive))
    except SourceError as problem:
        return _UNREADABLE + str(problem).removeprefix(f"{root / file.name}: ")


def _finish(file: SourceFile, digest: Digest) -> SourceFile | Refused:
    if digest.sha256.startswith(_UNREADABLE):
        return Refused(file.name, digest.sha256.removeprefix(_UNREADABLE))
    return SourceFile(file.name, file.size, digest.sha256, file.archive, file.seen if digest.is_settled else None)
