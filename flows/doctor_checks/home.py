"""What the store needs of the home: that files can be written, renamed, locked, and that others cannot read them."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flows.doctor_check import Check, Finding, Place, ok, problem, warning
from flows.doctor_home import nearest_folder

_OTHERS = 0o077


def _examine(place: Place) -> Iterator[Finding]:
    if not place.home.is_dir():
        yield _examine_parent(place.home)
        return
    yield from _examine_privacy(place.home)
    try:
        with tempfile.TemporaryDirectory(prefix=".doctor-", dir=place.home) as probe:
            _try_out(Path(probe))
    except OSError as failure:
        yield problem(f"{place.home}: {failure.strerror or failure}", "give a --home on a local disk that is yours")
    else:
        yield ok("files can be written, renamed and locked")


def _examine_parent(home: Path) -> Finding:
    parent = nearest_folder(home)
    if home.exists():
        return problem(f"{home} is no folder", "give another --home")
    if os.access(parent, os.W_OK | os.X_OK):
        return ok(f"{home} is not there yet; the first run makes it")
    return problem(f"{home} is not there and cannot be made in {parent}", "give another --home")


def _examine_privacy(home: Path) -> Iterator[Finding]:
    if home.stat().st_mode & _OTHERS:
        yield warning(f"{home} is open to other users of this machine", f"chmod 700 {home}")


def _try_out(probe: Path) -> None:
    """Do what the store does to make an artifact.

    Raises:
        OSError: If one of it does not work here.
    """
    (probe / "new").mkdir()
    (probe / "new" / "file").write_bytes(b"melanoma")
    (probe / "new").rename(probe / "made")
    with (probe / "made" / "file").open("rb+") as first, (probe / "made" / "file").open("rb+") as second:
        os.fsync(first.fileno())
        fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
    raise OSError("a lock does not keep others out here, as on some network drives")


CHECK = Check("home", 70, _examine)
