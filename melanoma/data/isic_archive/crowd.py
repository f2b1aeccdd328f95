"""Fetch many images side by side."""

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from melanoma.data.isic_archive.client import ArchiveClient
from melanoma.data.isic_archive.image_file import fetch_image
from melanoma.data.isic_archive.image_record import Failure, ImageRecord
from melanoma.data.isic_archive.patience import BytesDamaged, TransferCut, TransferFailed
from melanoma.data.isic_archive.request import DownloadRequest
from melanoma.data.isic_archive.search import Tell

_SILENT_IN_A_ROW = 25


@dataclass(frozen=True)
class _Outcome:
    record: ImageRecord
    failure: TransferFailed | None

    @property
    def is_silence(self) -> bool:
        return isinstance(self.failure, TransferCut) and not isinstance(self.failure, BytesDamaged)


def fetch_images(
    client: ArchiveClient, request: DownloadRequest, records: Sequence[ImageRecord], folder: Path, tell: Tell
) -> tuple[Failure, ...]:
    """Fetch images side by side; one that fails does not keep the others.

    When many in a row get no answer although each was tried again and again, the line or the archive is down: the rest
    is left for another call.

    Args:
        client: The connection.
        request: Says how many at a time, and where the API is.
        records: What to fetch.
        folder: Where it goes.
        tell: Is told how far it is.

    Returns:
        What could not be fetched, and why.

    Raises:
        OSError: If the folder cannot be written.
    """
    failures: list[Failure] = []
    silent_in_a_row = 0
    with closing(_outcomes(client, request, records, folder)) as outcomes:
        for done, outcome in enumerate(outcomes, start=1):
            silent_in_a_row = silent_in_a_row + 1 if outcome.is_silence else 0
            if silent_in_a_row == _SILENT_IN_A_ROW:
                client.stop(f"not tried: {silent_in_a_row} images in a row got no answer")
            if outcome.failure:
                failures.append(Failure(outcome.record.isic_id, outcome.failure.reason))
            if done == len(records) or done % max(len(records) // 100, 1) == 0:
                failed = f", {len(failures)} failed" if failures else ""
                tell(f"fetched {done - len(failures)} of {len(records)} images{failed}", done / len(records))
    return tuple(failures)


def _outcomes(
    client: ArchiveClient, request: DownloadRequest, records: Sequence[ImageRecord], folder: Path
) -> Generator[_Outcome, None, None]:
    """Give each image's outcome as it comes; whatever ends this ends all downloads."""

    def fetch(record: ImageRecord) -> _Outcome:
        try:
            client.require_going()
            fetch_image(client, request.api, record, folder)
        except TransferFailed as failed:
            return _Outcome(record, failed)
        return _Outcome(record, None)

    with ThreadPoolExecutor(request.workers) as pool:
        try:
            for future in as_completed([pool.submit(fetch, record) for record in records]):
                yield future.result()
        except BaseException:
            client.stop("not fetched: the download was stopped")
            pool.shutdown(wait=False, cancel_futures=True)
            raise
