"""Metadata, attribution and licences beside the images, as the official ``isic image download`` writes them."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urljoin

from melanoma.data.isic_archive.client import ArchiveClient
from melanoma.data.isic_archive.csv_cells import guard_cell
from melanoma.data.isic_archive.image_record import Failure, ImageRecord
from melanoma.data.isic_archive.patience import TransferFailed

METADATA = "metadata.csv"
ATTRIBUTION = "attribution.txt"
LICENSES = "licenses"
FAILED = "failed.csv"
_FIRST = ("isic_id", "attribution", "copyright_license")
_ANONYMOUS = "Anonymous"
_DEEDS = {
    "CC-0": "https://creativecommons.org/publicdomain/zero/1.0/legalcode",
    "CC-BY": "https://creativecommons.org/licenses/by/4.0/legalcode",
    "CC-BY-NC": "https://creativecommons.org/licenses/by-nc/4.0/legalcode",
}


def write_metadata(records: Sequence[ImageRecord]) -> bytes:
    """Return ``metadata.csv``: a row per image, its id, attribution and licence first, then all fields by name.

    Args:
        records: The images.

    Returns:
        A CSV table in UTF-8. See `melanoma.data.isic_archive.csv_cells` for cells that look like formulas.
    """
    fields = sorted({name for record in records for name in record.metadata if name not in _FIRST})
    rows = ([_cell(_value(record, name)) for name in (*_FIRST, *fields)] for record in records)
    return _table([*_FIRST, *map(_cell, fields)], rows)


def write_attribution(records: Iterable[ImageRecord]) -> bytes:
    """Return ``attribution.txt``: whom to name, those with most images first, anonymous ones last."""
    counts = Counter(record.attribution for record in records)
    names = sorted(counts, key=lambda name: (name == _ANONYMOUS, -counts[name], name))
    return "\n\n".join(names).encode()


def write_failures(failures: Iterable[Failure]) -> bytes:
    """Return ``failed.csv``: the id of each image that is not there, and why."""
    return _table(["isic_id", "reason"], ([_cell(failure.isic_id), _cell(failure.reason)] for failure in failures))


def fetch_licenses(client: ArchiveClient, api: str, records: Iterable[ImageRecord]) -> dict[str, bytes]:
    """Fetch the text of each licence that occurs; where the archive has none, say where it is.

    Args:
        client: The connection.
        api: The address of the API.
        records: The images.

    Returns:
        The licences' files by name, such as ``licenses/CC-0.txt``.
    """
    names = sorted({record.copyright_license for record in records})
    return {f"{LICENSES}/{name}.txt": _license(client, api, name).encode() for name in names}


def _license(client: ArchiveClient, api: str, name: str) -> str:
    url = urljoin(api, f"zip-download/license-file/{name}/")
    try:
        return client.persist(url, lambda: client.read_text(url))
    except TransferFailed:
        return f"{name}\n{_DEEDS.get(name, 'See https://www.isic-archive.com for the terms of this licence.')}\n"


def _value(record: ImageRecord, name: str) -> object:
    own: Mapping[str, str] = {
        "isic_id": record.isic_id,
        "attribution": record.attribution,
        "copyright_license": record.copyright_license,
    }
    return own[name] if name in own else record.metadata.get(name)


def _cell(value: object) -> str:
    """Write a value as Python's csv module would, without NULs, which readers of tables refuse."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    return guard_cell("" if value is None else str(value).replace("\0", "\ufffd"))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8", errors="replace")
