"""Find the images that are asked for: page by page, each page kept on disk until the search is whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urljoin

from melanoma.data.isic_archive.client import ArchiveClient
from melanoma.data.isic_archive.image_record import Failure, ImageRecord, read_record
from melanoma.data.isic_archive.journal import Journal
from melanoma.data.isic_archive.patience import TransferCut, TransferFailed
from melanoma.data.isic_archive.request import DownloadRequest
from melanoma.errors import MelanomaError, SourceError, UsageError

Tell = Callable[[str, float | None], None]
_PAGES_WITHOUT_NEWS = 20
_BAD_REQUEST = 400


@dataclass(frozen=True)
class Found:
    """The images that a search found, in the archive's order.

    Attributes:
        records: What is to be downloaded, each id once.
        refused: Entries that are no images, or not as they should be.
        counted: How many images the archive said that there are; None if it did not say.
    """

    records: tuple[ImageRecord, ...]
    refused: tuple[Failure, ...]
    counted: int | None


@dataclass(frozen=True)
class Page:
    """One page of a search: its entries, the address of the next page, and the count, which the first page has."""

    entries: tuple[object, ...]
    following: str | None
    counted: int | None


def search_images(client: ArchiveClient, request: DownloadRequest, journal: Path, tell: Tell) -> Found:
    """Ask for all pages of a search, going on where an earlier search of the same request was cut.

    Args:
        client: The connection.
        request: What is asked for.
        journal: The file that keeps the pages until the search is whole.
        tell: Is told how many images are found.

    Returns:
        The images.

    Raises:
        UsageError: If the archive does not understand the query, or no image matches.
        SourceError: If it does not answer, or answers what it should not. The message names the address.
    """
    try:
        harvest = _gather(_pages(client, request, Journal(journal, request.slug)), request.limit, tell)
    except _Interrupted:
        raise
    except MelanomaError:
        journal.unlink(missing_ok=True)
        raise
    journal.unlink(missing_ok=True)
    if not harvest.found:
        raise UsageError(f"no image of the archive matches {_asked(request)}; ask for others")
    chosen = list(harvest.found.values())[: request.limit]
    return Found(
        tuple(read for read in chosen if isinstance(read, ImageRecord)),
        tuple(read for read in chosen if isinstance(read, Failure)),
        harvest.counted,
    )


class _Interrupted(SourceError):
    """The search stopped where a further call can go on."""


class _LedBack(TransferCut):
    """A page names as the next one a page that was there before."""


class _Harvest:
    """The images of the pages so far, each id once, whatever pages and entries come twice."""

    def __init__(self) -> None:
        self.found: dict[str, ImageRecord | Failure] = {}
        self.counted: int | None = None
        self._idle_pages = 0

    @property
    def share(self) -> float | None:
        return min(len(self.found) / self.counted, 1.0) if self.counted else None

    def add(self, page: Page) -> None:
        before = len(self.found)
        self.counted = self.counted if page.counted is None else page.counted
        for read in map(read_record, page.entries):
            if not isinstance(self.found.get(read.isic_id), ImageRecord):
                self.found[read.isic_id] = read
        self._idle_pages = self._idle_pages + 1 if len(self.found) == before else 0
        if self._idle_pages >= _PAGES_WITHOUT_NEWS and page.following:
            raise SourceError(f"{page.following}: {_PAGES_WITHOUT_NEWS} pages without a new image; try again later")

    def is_enough(self, limit: int | None) -> bool:
        return limit is not None and len(self.found) >= limit


def _gather(pages: Iterator[Page], limit: int | None, tell: Tell) -> _Harvest:
    harvest = _Harvest()
    for page in pages:
        harvest.add(page)
        if page.following is None or harvest.is_enough(limit):
            break
        tell(f"searching: {len(harvest.found)} images found", harvest.share)
    return harvest


def _pages(client: ArchiveClient, request: DownloadRequest, journal: Journal) -> Iterator[Page]:
    """Give the pages that the journal kept, then those that follow."""
    url: str | None = urljoin(request.api, f"images/search/?{urlencode(request.parameters)}")
    asked: set[str] = set()
    for address, document in journal.read():
        page = _read_page(document, address)
        asked.add(address)
        url = page.following
        yield page
    while url:
        asked.add(url)
        document, page = _ask(client, request, url, asked)
        journal.append(url, document)
        yield page
        url = page.following


def _ask(client: ArchiveClient, request: DownloadRequest, url: str, asked: set[str]) -> tuple[object, Page]:
    """Ask for one page. One that leads back is asked for again, in case the server mixed up its answers."""

    def ask() -> tuple[object, Page]:
        document = client.read_json(url)
        page = _read_page(document, url)
        if page.following in asked:
            raise _LedBack(f"the next page, {page.following}, was there before")
        return document, page

    try:
        return client.persist(url, ask)
    except TransferFailed as failed:
        if failed.status == _BAD_REQUEST:
            raise UsageError(f"the archive does not understand {_asked(request)}; see its search syntax") from failed
        if isinstance(failed, TransferCut) and not isinstance(failed, _LedBack):
            raise _Interrupted(f"{url}: {failed.reason}; the same command goes on from there") from failed
        raise SourceError(f"{url}: {failed.reason}; check the address, or try again later") from failed


def _read_page(document: object, url: str) -> Page:
    """Read one page of results, as the API's cursor pagination writes it."""
    page = document if isinstance(document, dict) else {}
    entries, following, counted = page.get("results"), page.get("next"), page.get("count")
    if not isinstance(entries, list) or not isinstance(following, str | None):
        raise SourceError(f"{url}: not a page of images; check that this is the address of the ISIC Archive's API")
    return Page(
        entries=tuple(entries),
        following=urljoin(url, following) if following else None,
        counted=counted if isinstance(counted, int) else None,
    )


def _asked(request: DownloadRequest) -> str:
    collections = f" in collections {request.parameters['collections']}" if request.collections else ""
    return f"the query {request.query!a}{collections}"
