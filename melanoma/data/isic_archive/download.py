"""Download images of the ISIC Archive into a folder, and account for each of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from melanoma.artifacts.folder import sync_folder
from melanoma.data.isic_archive.client import ArchiveClient
from melanoma.data.isic_archive.crowd import fetch_images
from melanoma.data.isic_archive.documents import (
    ATTRIBUTION,
    FAILED,
    METADATA,
    fetch_licenses,
    write_attribution,
    write_failures,
    write_metadata,
)
from melanoma.data.isic_archive.image_record import Failure
from melanoma.data.isic_archive.own_files import remove_own_file, require_own, write_own_files
from melanoma.data.isic_archive.patience import Patience
from melanoma.data.isic_archive.plan import Plan, describe_plan, free_bytes, plan_download, reconcile, require_space
from melanoma.data.isic_archive.request import DownloadRequest
from melanoma.data.isic_archive.search import Found, Tell, search_images
from melanoma.errors import SourceError, UsageError

_JOURNAL = ".isic-search.jsonl"
_LOCK = ".isic-download.lock"


@dataclass(frozen=True)
class DownloadReport:
    """What became of the images that were asked for.

    Attributes:
        folder: Where they are.
        asked: How many were asked for; those that are there and those that failed are as many together.
        fetched: How many this call fetched.
        kept: How many were there before.
        failed: Which are not there, and why; also in the folder's ``failed.csv``.
        unlisted: How many more the archive counts than it listed, of those within the limit; usually 0.
    """

    folder: Path
    asked: int
    fetched: int
    kept: int
    failed: tuple[Failure, ...]
    unlisted: int

    @property
    def exit_code(self) -> int:
        """0 if each image that was asked for is there, else 1."""
        return 1 if self.failed else 0


def download_images(
    request: DownloadRequest,
    folder: Path,
    tell: Tell,
    patience: Patience | None = None,
    free: Callable[[Path], int] = free_bytes,
) -> DownloadReport:
    """Bring a folder to hold what is asked for; a further call fetches only what is missing.

    The folder is what the official ``isic image download`` leaves: images, ``metadata.csv``, ``attribution.txt`` and
    ``licenses/``, which are written before the first image, so that no image is ever there without its licence. Files
    that no download wrote are never replaced or removed.

    Args:
        request: What is asked for.
        folder: Where it goes; made if need be.
        tell: Is told a text, and the share that is done, in [0, 1], where it is known.
        patience: How long to go on trying.
        free: Measures the free bytes of a folder's disk.

    Returns:
        What became of each image.

    Raises:
        UsageError: If the request cannot be carried out as it is, or a file is in the way.
        SourceError: If the archive does not answer as it should, or the disk has too little space.
        OSError: If the folder cannot be written.
    """
    with (
        ArchiveClient(request.api, patience or Patience()) as client,
        _alone_in(folder),
    ):
        require_own(folder, FAILED)
        found = search_images(client, request, folder / _JOURNAL, tell)
        plan = plan_download(found.records, folder)
        require_space(plan, folder, free)
        tell(describe_plan(plan), None)
        _write_documents(client, request, found, folder)
        failures = fetch_images(client, request, plan.missing, folder, tell)
        sync_folder(folder)
        missing = reconcile(
            found.records, {failure.isic_id: failure.reason for failure in (*failures, *plan.blocked)}, folder
        )
        return _report(request, found, plan, (*found.refused, *missing), folder)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Make the folder and keep other downloads out of it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise SourceError(f"{folder}: cannot be made ({problem.strerror}); give another home") from problem
    try:
        with FileLock(folder / _LOCK, timeout=0):
            yield
    except Timeout as problem:
        raise UsageError(f"{folder}: another download is under way in it; wait for its end") from problem


def _write_documents(client: ArchiveClient, request: DownloadRequest, found: Found, folder: Path) -> None:
    """Write what the images need beside them."""
    write_own_files(
        folder,
        {
            METADATA: write_metadata(found.records),
            ATTRIBUTION: write_attribution(found.records),
            **fetch_licenses(client, request.api, found.records),
        },
    )


def _report(
    request: DownloadRequest, found: Found, plan: Plan, failed: tuple[Failure, ...], folder: Path
) -> DownloadReport:
    """Account for each image, and keep the list of those that failed."""
    if failed:
        write_own_files(folder, {FAILED: write_failures(failed)})
    else:
        remove_own_file(folder, FAILED)
    asked = len(found.records) + len(found.refused)
    counted = asked if found.counted is None else min(found.counted, request.limit or found.counted)
    return DownloadReport(
        folder=folder,
        asked=asked,
        fetched=asked - len(failed) - len(plan.present),
        kept=len(plan.present),
        failed=failed,
        unlisted=max(counted - asked, 0),
    )
