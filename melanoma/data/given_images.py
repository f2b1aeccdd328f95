"""The images that a user names one by one, by folder or by archive, without reading any."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from melanoma.data.containers.container import MAX_FILE_BYTES, TOO_LARGE, Refused
from melanoma.data.image_ids import is_companion
from melanoma.data.listing import IMAGE_SUFFIXES, SourceFile, find_files
from melanoma.data.manifest import COMPANION
from melanoma.data.source_reader import ARCHIVES
from melanoma.data.sources import ImageFile
from melanoma.errors import UsageError


@dataclass(frozen=True)
class GivenImages:
    """Images by the names that the user gave, with the path below a folder or archive; and what is not read."""

    images: tuple[ImageFile, ...]
    refused: tuple[Refused, ...]


def find_images(paths: Sequence[Path]) -> GivenImages:
    """Find the images in files, folders and archives.

    A file that is named itself is tried whatever its suffix is. In folders and archives masks and maps, which stand
    beside images under the images' ids, are passed over with a reason.

    Args:
        paths: Image files, folders, ZIP or HDF5 archives.

    Returns:
        The images, in the order of the paths.

    Raises:
        UsageError: If a path is not there, or stands twice.
        SourceError: If a folder or an archive cannot be read, or holds no image.
    """
    _refuse_repeated(paths)
    images: list[ImageFile] = []
    refused: list[Refused] = []
    for path in paths:
        found = _one_file(path) if path.is_file() and path.suffix.lower() not in ARCHIVES else _below(path)
        images += found.images
        refused += found.refused
    return GivenImages(tuple(images), tuple(refused))


def _refuse_repeated(paths: Sequence[Path]) -> None:
    known = [path.resolve() for path in paths]
    repeated = next((path for n, path in enumerate(paths) if known[n] in known[:n]), None)
    if repeated:
        raise UsageError(f"{repeated}: given twice; name each file, folder or archive once")


def _one_file(path: Path) -> GivenImages:
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        return GivenImages((), (Refused(path.as_posix(), TOO_LARGE),))
    return GivenImages((ImageFile(path.as_posix(), path.parent, SourceFile(path.name, size, "")),), ())


def _below(path: Path) -> GivenImages:
    found, refused = find_files(path)
    images = [file for file in found if Path(file.name).suffix.lower() in IMAGE_SUFFIXES]
    companions = [Refused(file.name, COMPANION) for file in images if is_companion(file.name)]
    return GivenImages(
        tuple(
            ImageFile(f"{path.as_posix()}/{file.name}", path, file) for file in images if not is_companion(file.name)
        ),
        tuple(Refused(f"{path.as_posix()}/{file.name}", file.reason) for file in (*refused, *companions)),
    )
