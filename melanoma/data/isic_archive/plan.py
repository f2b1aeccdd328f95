"""What a download has to fetch, whether the disk has room for it, and what is there in the end."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from melanoma.data.isic_archive.image_file import part_of
from melanoma.data.isic_archive.image_record import Failure, ImageRecord
from melanoma.errors import SourceError


@dataclass(frozen=True)
class Plan:
    """What is to be done about each image.

    Attributes:
        missing: To be fetched.
        present: There with the right size.
        blocked: Another file has the place.
    """

    missing: tuple[ImageRecord, ...]
    present: tuple[ImageRecord, ...]
    blocked: tuple[Failure, ...]


def plan_download(records: Sequence[ImageRecord], folder: Path) -> Plan:
    """Compare what is asked for with what is there."""
    sizes = {record.isic_id: _size_there(folder / record.file_name) for record in records}
    return Plan(
        missing=tuple(record for record in records if sizes[record.isic_id] is None),
        present=tuple(record for record in records if sizes[record.isic_id] == record.size),
        blocked=tuple(
            Failure(record.isic_id, f"{record.file_name} has {size} bytes, not {record.size}; move it away to fetch it")
            for record in records
            if (size := sizes[record.isic_id]) not in (None, record.size)
        ),
    )


def describe_plan(plan: Plan) -> str:
    """Say how many images there are, and what is to be fetched."""
    found = len(plan.missing) + len(plan.present) + len(plan.blocked)
    size = _readable(sum(record.size for record in plan.missing))
    return f"{found} images found; {len(plan.missing)} to fetch, {size}"


def free_bytes(folder: Path) -> int:
    """Return how many bytes are free on a folder's disk."""
    return shutil.disk_usage(folder).free


def require_space(plan: Plan, folder: Path, free: Callable[[Path], int]) -> None:
    """Check that what is to be fetched fits on the disk.

    Args:
        plan: What is to be fetched; what partial files hold is counted off.
        folder: Where it goes.
        free: Measures the free bytes.

    Raises:
        SourceError: If it does not fit.
    """
    needed = sum(record.size - _kept(part_of(record, folder)) for record in plan.missing)
    available = free(folder)
    if needed > available:
        raise SourceError(
            f"{folder}: {len(plan.missing)} images need {_readable(needed)}, {_readable(available)} are free; "
            "free some space, ask for fewer, or give another home"
        )


def reconcile(asked: Sequence[ImageRecord], failures: Mapping[str, str], folder: Path) -> tuple[Failure, ...]:
    """Look at the disk: each image that is asked for is there with the right size, or is named.

    Args:
        asked: The images.
        failures: Reasons that are known, by id.
        folder: Where the images should be.

    Returns:
        The images that are not there, and why.
    """
    return tuple(
        Failure(record.isic_id, failures.get(record.isic_id, "its file is not there; download it again"))
        for record in asked
        if _size_there(folder / record.file_name) != record.size
    )


def _size_there(path: Path) -> int | None:
    """Return a file's size; -1 for something that is no file."""
    if path.is_file():
        return path.stat().st_size
    return -1 if path.exists() or path.is_symlink() else None


def _kept(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _readable(size: int) -> str:
    """Write a number of bytes with a decimal prefix, such as 1.2 GB."""
    for unit, factor in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
