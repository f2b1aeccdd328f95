"""What a source folder holds: its files by content, and what its publisher says about each image."""

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from melanoma.errors import SourceError, UsageError
from melanoma.fingerprint import digest_file, digest_value

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".gif"})
_ISIC_ID = re.compile(r"ISIC_\d{7}")


@dataclass(frozen=True)
class SourceFile:
    """One file of a source: its path relative to the root, in posix form, its bytes and their sha256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Listing:
    """The files of a source folder, sorted by name.

    Attributes:
        root: The folder; it takes no part in the digest, so that a moved folder is the same data.
        images: Files with an image's suffix.
        tables: CSV files, in the root and below.
    """

    root: Path
    images: tuple[SourceFile, ...]
    tables: tuple[SourceFile, ...]

    @cached_property
    def digest(self) -> str:
        """The sha256 of all names and contents."""
        return digest_value([[file.name, file.sha256] for file in (*self.images, *self.tables)])

    def read(self, name: str) -> bytes:
        """Return the bytes of one of its files.

        Raises:
            SourceError: If it cannot be read any more.
        """
        path = self.root / name
        try:
            return path.read_bytes()
        except OSError as problem:
            raise SourceError(f"{path}: cannot be read ({problem.strerror}); put it back and run again") from problem


def list_source(root: Path) -> Listing:
    """Read every image's and table's bytes once and note what they are.

    Hidden files and folders are passed over; a link that leads back to a folder already seen is not followed.

    Args:
        root: The source folder.

    Returns:
        The listing.

    Raises:
        UsageError: If there is no such folder.
        SourceError: If it cannot be read, or holds no image.
    """
    names = find_files(root)
    images = [name for name in names if _is_image(name)]
    tables = [name for name in names if name.lower().endswith(".csv")]
    with ThreadPoolExecutor() as pool:
        files = dict(
            zip([*images, *tables], pool.map(lambda name: _describe(root, name), [*images, *tables]), strict=True)
        )
    return Listing(root, tuple(files[name] for name in images), tuple(files[name] for name in tables))


def find_files(root: Path) -> list[str]:
    """Return the names of a source's files, sorted, without reading them.

    Args:
        root: The source folder.

    Returns:
        Paths relative to the root, in posix form.

    Raises:
        UsageError: If there is no such folder.
        SourceError: If it cannot be read, or holds no image.
    """
    if not root.is_dir():
        raise UsageError(f"{root}: no such folder; give the folder that holds the images")
    names = sorted(_names(root))
    nameless = next((name for name in names if not _is_text(name)), None)
    if nameless is not None:
        raise SourceError(f"{root}: {nameless!a}: its name is not UTF-8; rename it")
    if not any(_is_image(name) for name in names):
        raise SourceError(f"{root}: holds no image; expected .jpg or .png files, a folder per diagnosis or a CSV")
    return names


def isic_id_of(name: str) -> str | None:
    """Return the ISIC id that a file's name carries, or None.

    Examples:
        >>> isic_id_of("Train/nevus/ISIC_0000019 (1).jpg")
        'ISIC_0000019'
    """
    match = _ISIC_ID.search(name.rpartition("/")[2])
    return match.group() if match else None


def _is_text(name: str) -> bool:
    return name == name.encode(errors="replace").decode()


def _is_image(name: str) -> bool:
    return Path(name).suffix.lower() in IMAGE_SUFFIXES


def _names(root: Path) -> Iterator[str]:
    walked: set[Path] = set()
    for folder, folders, files in os.walk(root, onerror=_refuse, followlinks=True):
        walked.add(Path(folder).resolve())
        folders[:] = [
            name for name in folders if not name.startswith(".") and Path(folder, name).resolve() not in walked
        ]
        for name in files:
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file():
                yield path.relative_to(root).as_posix()


def _refuse(problem: OSError) -> None:
    raise SourceError(f"{problem.filename}: cannot be read ({problem.strerror}); check its permissions") from problem


def _describe(root: Path, name: str) -> SourceFile:
    path = root / name
    try:
        return SourceFile(name, path.stat().st_size, digest_file(path))
    except OSError as problem:
        raise SourceError(f"{path}: cannot be read ({problem.strerror}); check its permissions") from problem
