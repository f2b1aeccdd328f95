"""Find a file of weights in an installed package, without importing the package."""

import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

from melanoma.errors import ModelError
from melanoma.fingerprint import digest_bytes


@dataclass(frozen=True)
class PackageFile:
    """A file that a package carries.

    Attributes:
        package: The distribution that is installed.
        path: The file's path in it; the first eight digits of its sha256 stand in its name.
        sha256: Its digest, all of it: eight digits can be met on purpose.
    """

    package: str
    path: str
    sha256: str


def read_package_file(file: PackageFile) -> bytes:
    """Return a file's content.

    The installer's own record says where the file is, so that none of the package's code runs.

    Raises:
        ModelError: If the package is not installed, or its file is not the one that is expected.
    """
    try:
        place = Path(str(importlib.metadata.distribution(file.package).locate_file(file.path)))
    except importlib.metadata.PackageNotFoundError as problem:
        raise ModelError(f"{file.package} is not installed; install melanoma[pretrained]") from problem
    try:
        content = place.read_bytes()
    except OSError as problem:
        raise ModelError(f"{place}: cannot be read; install {file.package} again") from problem
    if digest_bytes(content) != file.sha256:
        raise ModelError(f"{place}: its sha256 is not {file.sha256[:8]}…; install {file.package} again")
    return content
