"""All that a run is made from: one source or several joined into one set, and further tables of metadata."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from melanoma.data.listing import Listing, Recall, SourceFile, list_source
from melanoma.data.source_reader import SourceReader
from melanoma.errors import SourceError, UsageError
from melanoma.fingerprint import digest_file, digest_value


@dataclass(frozen=True)
class ImageFile:
    """One image file of a set.

    Attributes:
        image_id: Its name; where several sources are joined, the source's name comes first.
        root: The source that it is in.
        file: The file there.
    """

    image_id: str
    root: Path
    file: SourceFile


@dataclass(frozen=True)
class Sources:
    """The sources of one set.

    Attributes:
        listings: One for each source.
        metadata: Further tables; each is the only table of a listing.
    """

    listings: tuple[Listing, ...]
    metadata: tuple[Listing, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What stands before the names of each source's files: nothing where there is one source."""
        if len(self.listings) == 1:
            return ("",)
        own = [listing.root.absolute().name for listing in self.listings]
        return tuple(
            f"{name}/" if own.index(name) == n else f"{name}-{own[: n + 1].count(name)}/" for n, name in enumerate(own)
        )

    @cached_property
    def digest(self) -> str:
        """The sha256 of all names and contents."""
        sets = [[name, listing.digest] for name, listing in zip(self.names, self.listings, strict=True)]
        return digest_value([sets, [table.digest for table in self.metadata]])

    @cached_property
    def images(self) -> tuple[ImageFile, ...]:
        """Every image file, source by source, each source's sorted by name."""
        return tuple(
            ImageFile(prefix + file.name, listing.root, file)
            for prefix, listing in zip(self.names, self.listings, strict=True)
            for file in listing.images
        )

    @property
    def found(self) -> int:
        """How many image files were found, those that are not read among them."""
        return len(self.images) + sum(len(listing.refused) for listing in self.listings)

    @property
    def title(self) -> str:
        """The sources' paths."""
        return " + ".join(str(listing.root.absolute()) for listing in self.listings)


def list_sources(roots: Sequence[Path], tables: Sequence[Path] = (), recall: Recall | None = None) -> Sources:
    """List the sources of a set.

    Args:
        roots: Folders or archives.
        tables: Further tables of metadata.
        recall: Remembers digests; see `melanoma.artifacts.known_digests`.

    Returns:
        The sources.

    Raises:
        UsageError: If a source or a table is not there, or one source stands twice.
        SourceError: If one cannot be read, or holds no image.
    """
    known = [root.resolve() for root in roots]
    repeated = next((root for n, root in enumerate(known) if root in known[:n]), None)
    if repeated:
        raise UsageError(f"{repeated}: given twice; name each source once")
    return Sources(tuple(list_source(root, recall) for root in roots), tuple(list_table(table) for table in tables))


def list_table(path: Path) -> Listing:
    """Return a listing that holds a table alone.

    Raises:
        UsageError: If it is not there.
        SourceError: If it cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such table; give a CSV file with a column isic_id")
    try:
        table = SourceFile(path.name, path.stat().st_size, digest_file(path))
    except OSError as problem:
        raise SourceError(f"{path}: cannot be read ({problem.strerror}); check its permissions") from problem
    return Listing(path.parent, (), (table,))


@contextmanager
def open_images(files: Sequence[ImageFile]) -> Iterator[Callable[[ImageFile], bytes]]:
    """Open the sources of some images.

    Args:
        files: The images.

    Yields:
        A function that returns the bytes of one of them, or raises SourceError.
    """
    with ExitStack() as stack:
        readers = {root: stack.enter_context(SourceReader(root)) for root in {file.root for file in files}}
        yield lambda image: readers[image.root].read(image.file.name, image.file.archive)
