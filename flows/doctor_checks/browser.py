"""A browser that prints without a screen: the one thing that makes a PDF of a page."""

import shutil
from collections.abc import Iterator

from flows.doctor_check import Check, Finding, Place, ok, warning

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def _examine(place: Place) -> Iterator[Finding]:
    paths = [found for name in _NAMES if (found := shutil.which(name, path=place.environment.get("PATH")))]
    if paths:
        yield ok(f"{paths[0]} can print pages to PDF")
    else:
        yield warning("no Chromium on the path: pages stay HTML, none becomes a PDF", "install chromium")


CHECK = Check("browser", 40, _examine)
