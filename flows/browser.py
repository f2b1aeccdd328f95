"""A browser of this machine: to open a page for its reader, or to print one without showing it."""

import os
import shutil
import signal
import subprocess
import tempfile
import webbrowser
from pathlib import Path
from typing import Any

from melanoma.errors import MelanomaError, UsageError

VARIABLE = "MELANOMA_BROWSER"
_PRINTERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
    "brave-browser",
)
_QUIET = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)
_SILENT: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
_LONGEST_S = 180.0
_LONGEST_PLACE = 40  # 107 less melanoma-12345678/org.chromium.Chromium.123456/SingletonSocket


def find_browser() -> str:
    """Return the browser that the environment names, else the first on the PATH that can print without a screen.

    Raises:
        UsageError: If there is none.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if found := shutil.which(named):
            return found
        raise UsageError(f"{VARIABLE}={named}: no program; give the path of Chromium, Chrome or Edge")
    if found := next(filter(None, map(shutil.which, _PRINTERS)), None):
        return found
    raise UsageError(
        f"--format pdf: no Chromium, Chrome or Edge is on the PATH; install one, or name it by {VARIABLE}; "
        "without it, open report.html and print it from your browser"
    )


def print_page(page: Path, target: Path) -> None:
    """Print a page as a PDF file; where it fails, the target stays as it was.

    Args:
        page: An HTML file.
        target: The PDF file, whose folder is there.

    Raises:
        UsageError: If there is no browser for it.
        MelanomaError: If the browser makes no PDF, or it cannot be written.
    """
    printer = find_browser()
    with tempfile.TemporaryDirectory(prefix="melanoma-", dir=_short_place(), ignore_cleanup_errors=True) as folder:
        printed = Path(folder) / "page.pdf"
        command = [printer, *_flags(Path(folder)), f"--print-to-pdf={printed}", page.as_uri()]
        problem = _carry_out(command, os.environ | {"TMPDIR": folder})
        if not printed.is_file() or not printed.read_bytes().startswith(b"%PDF"):
            raise MelanomaError(
                f"{printer}: printed no PDF of {page} ({problem}); name another browser by {VARIABLE}, "
                "or open the page and print it from your browser"
            )
        place_file(printed, target)


def open_page(page: Path) -> None:
    """Open a file in the reader's browser and return at once.

    Raises:
        MelanomaError: If there is no browser.
    """
    if os.environ.get(VARIABLE):
        subprocess.Popen([find_browser(), page.as_uri()], start_new_session=True, **_SILENT)
        return
    if not webbrowser.open(page.as_uri()):
        raise MelanomaError(f"{page}: no browser could be opened; open the file yourself, or name one by {VARIABLE}")


def place_file(source: Path, target: Path) -> None:
    """Put a copy of a file in its place in one step.

    Raises:
        MelanomaError: If it cannot be written; what stood there stays.
    """
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(source, fresh)
        fresh.replace(target)
    except OSError as problem:
        fresh.unlink(missing_ok=True)
        raise MelanomaError(f"{target}: cannot be written ({problem.strerror}); give another --out") from problem


def _short_place() -> str:
    """Return where temporary files go; Chromium cannot start where the path of its socket exceeds 107 bytes."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) <= _LONGEST_PLACE else "/tmp"


def _flags(folder: Path) -> list[str]:
    """Keep everything that the browser writes in one folder; as root it has no sandbox to start."""
    own = [f"--user-data-dir={folder / 'profile'}", f"--disk-cache-dir={folder / 'cache'}"]
    return [*_QUIET, *own, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]


def _carry_out(command: list[str], environment: dict[str, str]) -> str:
    """Run a program that may start others, end them all after a while, and say how it ended."""
    with subprocess.Popen(command, env=environment, start_new_session=True, **_SILENT) as process:
        try:
            return f"exit code {process.wait(_LONGEST_S)}"
        except subprocess.TimeoutExpired:
            return f"no answer in {_LONGEST_S:.0f} s"
        finally:
            _end_all(process.pid)


def _end_all(group: int) -> None:
    """End what the program has started and left; it leads a process group of its own."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
