"""OpenVINO, without its reports to its makers. Import it by this module only."""

import importlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_TELEMETRY = "openvino_telemetry"


def import_openvino() -> ModuleType:
    """Import OpenVINO so that it tells nobody and leaves no file.

    Its import itself sends usage data and writes an identifier into the user's home, unless the user has opted out. It
    does neither where the package that sends is not there, and None in that package's place says just that.

    Raises:
        ImportError: If it is not installed.
    """
    if "openvino" not in sys.modules:
        sys.modules[_TELEMETRY] = None  # type: ignore[assignment]  # Python's way to say that there is no such module
    return importlib.import_module("openvino")


@contextmanager
def logging_kept() -> Iterator[None]:
    """Undo what OpenVINO's converter does to the logging of the whole process: it silences warnings, everybody's."""
    root = logging.getLogger()
    level, filters, handlers = root.level, list(root.filters), list(root.handlers)
    try:
        yield
    finally:
        root.setLevel(level)
        root.filters[:], root.handlers[:] = filters, handlers
