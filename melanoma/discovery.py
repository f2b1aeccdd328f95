"""Find what stands in a room: every module of a package is one check, one network or one metric.

A new one is a new file and nothing else. The source digest (`melanoma.fingerprint`) follows a literal
``discover("package")`` as it follows an import, so that a new file also changes the keys of the stages that see it.
"""

import importlib
import pkgutil
from types import ModuleType


def discover(package: str) -> tuple[ModuleType, ...]:
    """Import every module that stands directly in a package.

    Args:
        package: The dotted name of the package, as a literal string.

    Returns:
        Its modules, sorted by name.
    """
    room = importlib.import_module(package)
    names = sorted(entry.name for entry in pkgutil.iter_modules(room.__path__))
    return tuple(importlib.import_module(f"{package}.{name}") for name in names)
