"""Room on the disk of the home."""

import shutil
from collections.abc import Iterator

from flows.doctor_check import Check, Finding, Place, ok, problem, warning
from flows.doctor_home import nearest_folder

_TOO_LITTLE_GB, _LITTLE_GB = 1, 10  # a set of 10,000 images and its features at 224 pixels take about 3 GB


def _examine(place: Place) -> Iterator[Finding]:
    folder = nearest_folder(place.home)
    yield judge(shutil.disk_usage(folder).free / 1e9, str(folder))


def judge(free_gb: float, folder: str) -> Finding:
    """Say whether there is room for a run.

    Args:
        free_gb: Free space in units of 10^9 bytes.
        folder: Where.
    """
    text, mend = f"{free_gb:,.1f} GB free at {folder}", "free some, or give a --home on another disk"
    if free_gb < _TOO_LITTLE_GB:
        return problem(text, mend)
    return warning(text, mend) if free_gb < _LITTLE_GB else ok(text)


CHECK = Check("space", 60, _examine)
