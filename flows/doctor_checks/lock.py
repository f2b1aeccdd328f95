"""The installed libraries, against the lock that the project was tested with."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

from flows.doctor_check import Check, Finding, Place, ok, warning

_LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"
_PIN = re.compile(r"^[A-Za-z0-9][^\s\\]*==[^\\]+", re.MULTILINE)
_NAMED = 5


def _examine(_: Place) -> Iterator[Finding]:
    if not _LOCK.is_file():
        yield ok("no requirements.lock beside the code; only the ranges were checked")
        return
    pins = read_pins(_LOCK.read_text(encoding="utf-8"))
    others = [text for name, pinned in pins.items() if (text := _difference(name, pinned))]
    if others:
        rest = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        yield warning(
            f"{len(others)} libraries are not those of the lock: {', '.join(others[:_NAMED])}{rest}",
            "results are those of other versions; make clean run installs the lock's",
        )
    else:
        yield ok(f"each installed library is the lock's, of {len(pins)}")


def read_pins(text: str) -> dict[str, str]:
    """Return the version of each library that a lock pins for this machine.

    Args:
        text: A compiled requirements file; lines for other systems and Python versions are left out by their markers.
    """
    pins = (Requirement(found.strip()) for found in _PIN.findall(text))
    return {pin.name: str(pin.specifier)[2:] for pin in pins if pin.marker is None or pin.marker.evaluate()}


def _difference(name: str, pinned: str) -> str | None:
    """Say how an installed library differs; one that is not installed is another check's, or a developer's tool."""
    try:
        found = version(name)
    except PackageNotFoundError:
        return None
    return None if found == pinned else f"{name} {found} for {pinned}"


CHECK = Check("lock", 20, _examine)
