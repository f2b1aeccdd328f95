"""A page that a user wants in a place of its own."""

import shutil
from pathlib import Path

from melanoma.errors import MelanomaError, UsageError


def check_page(option: str, page: Path | None) -> None:
    """Find out whether a page can be written where it is asked for, before any work is done.

    Args:
        option: The option that asks for it.
        page: Where; None if it is asked for nowhere.

    Raises:
        UsageError: If the place is no HTML file in a folder that exists.
    """
    if page is None:
        return
    if page.suffix.lower() not in {".html", ".htm"} or page.is_dir():
        raise UsageError(f"{option} {page}: the page is one HTML file; give a name such as page.html")
    if not page.absolute().parent.is_dir():
        raise UsageError(f"{option} {page}: there is no folder {page.parent}; make it first")


def keep_page(made: Path, page: Path | None) -> Path:
    """Return where a page is, copied to its own place if it was asked for one.

    Args:
        made: Where it was made.
        page: Its own place.

    Raises:
        MelanomaError: If it cannot be written there.
    """
    if page is None:
        return made
    try:
        shutil.copyfile(made, page)
    except OSError as problem:
        raise MelanomaError(f"{page}: cannot be written ({problem.strerror}); the page is {made}") from problem
    return page.absolute()
