"""Read the files of a source by name, wherever they are: loose, or in an archive among them."""

from pathlib import Path
from threading import Lock
from types import TracebackType

from melanoma.data.containers.container import Container
from melanoma.data.containers.folder import Folder
from melanoma.data.containers.zip_archive import ZipArchive
from melanoma.errors import SourceError

ARCHIVES = frozenset({".zip", ".hdf5", ".h5"})


class SourceReader:
    """Reads files of one source; archives are opened once, and closed at the end."""

    def __init__(self, root: Path) -> None:
        """Prepare to read; nothing is opened yet.

        Args:
            root: A folder, or an archive.
        """
        self._root = root
        self._open: dict[str, Container] = {}
        self._opening = Lock()

    def __enter__(self) -> "SourceReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for container in self._open.values():
            container.__exit__(kind, problem, trace)

    def container(self, archive: str) -> Container:
        """Return a container, opened; ``""`` is the root.

        Raises:
            SourceError: If it cannot be opened; one line that names it.
        """
        with self._opening:
            if archive not in self._open:
                self._open[archive] = _open_container(self._root / archive)
            return self._open[archive]

    def read(self, name: str, archive: str = "") -> bytes:
        """Return a file's bytes.

        Args:
            name: Its name, relative to the root.
            archive: The name of the archive that it is in, relative to the root.

        Raises:
            SourceError: If it cannot be read; one line that names it.
        """
        inner = name.removeprefix(f"{archive}/") if archive else name
        try:
            return self.container(archive).read(inner)
        except SourceError as problem:
            raise SourceError(f"{self._root / name}: {problem}") from problem


def _open_container(path: Path) -> Container:
    try:
        return _kind(path)(path).__enter__()
    except SourceError as problem:
        raise SourceError(f"{path}: {problem}") from problem


def _kind(path: Path) -> type[Container]:
    suffix = path.suffix.lower() if path.is_file() else ""
    if suffix == ".zip":
        return ZipArchive
    if suffix in ARCHIVES:
        from melanoma.data.containers.hdf5_file import Hdf5File  # h5py takes a fifth of a second to import

        return Hdf5File
    return Folder
