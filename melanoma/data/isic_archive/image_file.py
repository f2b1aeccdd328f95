"""Fetch one image: streamed beside its place, checked, and renamed only when it is whole."""

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from melanoma.data.isic_archive.client import ArchiveClient
from melanoma.data.isic_archive.image_record import ImageRecord, read_record
from melanoma.data.isic_archive.patience import BytesDamaged, TransferCut, TransferFailed
from melanoma.data.isic_archive.whole import find_flaw

if TYPE_CHECKING:
    import httpx

_ACCEPTED = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
_EXPIRED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


def part_of(record: ImageRecord, folder: Path) -> Path:
    """Return where an image is kept while it is not whole; hidden, so that it never counts as an image."""
    return folder / f".{record.file_name}.part"


def fetch_image(client: ArchiveClient, api: str, record: ImageRecord, folder: Path) -> None:
    """Fetch one image into a folder, where it appears whole or not at all.

    A download's addresses are signed for a time; one that has expired is asked for anew.

    Args:
        client: The connection.
        api: The address of the API.
        record: The image.
        folder: Where it goes.

    Raises:
        TransferFailed: If it cannot be had, with the reason.
        OSError: If it cannot be written.
    """
    try:
        _fetch(client, record, folder)
    except TransferFailed as failed:
        renewed = _renewed(client, api, record) if failed.status in _EXPIRED else None
        if renewed is None:
            raise
        _fetch(client, renewed, folder)


def _fetch(client: ArchiveClient, record: ImageRecord, folder: Path) -> None:
    part, target = part_of(record, folder), folder / record.file_name
    client.persist(record.isic_id, lambda: _fill(client, record, part))
    if target.exists():
        raise TransferFailed(f"{target.name} appeared while it was fetched; it was left as it is")
    part.rename(target)


def _renewed(client: ArchiveClient, api: str, record: ImageRecord) -> ImageRecord | None:
    """Ask for an image's record anew; None if that says nothing new."""
    url = urljoin(api, f"images/{record.isic_id}/")
    renewed = read_record(client.persist(url, lambda: client.read_json(url)))
    if not isinstance(renewed, ImageRecord) or renewed.isic_id != record.isic_id or renewed.url == record.url:
        return None
    return replace(record, url=renewed.url) if renewed.size == record.size else None


def _fill(client: ArchiveClient, record: ImageRecord, part: Path) -> None:
    """Try once to fetch what is missing of a partial file; what arrives before a cut stays."""
    start = _bytes_kept(part, record.size)
    wanted = {"Range": f"bytes={start}-"} if start else {}
    with client.open(record.url, wanted, _ACCEPTED) as answer:
        start = _start_of(answer, start, record.size, part)
        _require_length(answer.headers, record.size - start)
        written = start + _write(client, answer, part, start, record.size)
        if written < record.size:
            raise TransferCut(f"stopped after {written} of {record.size} bytes")
        flaw = find_flaw(part, answer.headers)
    if flaw:
        part.unlink()
        raise BytesDamaged(flaw)


def _bytes_kept(part: Path, size: int) -> int:
    kept = part.stat().st_size if part.is_file() else 0
    return kept if kept < size else 0


def _start_of(answer: "httpx.Response", asked: int, size: int, part: Path) -> int:
    """Return from which byte on the answer goes; one that does not fit the partial file makes it start over."""
    if answer.status_code == HTTPStatus.OK:
        return 0
    given = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
    if (
        answer.status_code == HTTPStatus.PARTIAL_CONTENT
        and given
        and int(given[1]) == asked
        and given[2] in ("*", str(size))
    ):
        return asked
    part.unlink(missing_ok=True)
    raise TransferCut(f"the server cannot go on from byte {asked}")


def _require_length(headers: Mapping[str, str], expected: int) -> None:
    length = headers.get("Content-Length", "")
    if length.isdigit() and int(length) != expected and "Content-Encoding" not in headers:
        raise BytesDamaged(f"the archive's record says that {expected} bytes follow, the server sends {length}")


def _write(client: ArchiveClient, answer: "httpx.Response", part: Path, start: int, size: int) -> int:
    """Write an answer from a byte on, never beyond the declared size, and return how much came."""
    written = 0
    with part.open("r+b" if start else "wb") as stream:
        stream.seek(start)
        stream.truncate()
        for chunk in answer.iter_bytes():
            client.require_going()
            written += len(chunk)
            if start + written > size:
                stream.truncate(0)
                raise BytesDamaged(f"the archive's record says {size} bytes, the server sends more")
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    return written
