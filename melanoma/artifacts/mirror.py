"""A home in object storage, and the local folder that stands for it on this machine.

Stages read and write files, so they always work in a folder. The folder that stands for ``s3://bucket/prefix`` is named
after that address, quoted as one name. So whoever is given the folder knows the bucket, in whatever process, without
a setting that could be lost on the way.
"""

import re
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from melanoma.errors import UsageError

_SCHEME = "s3://"
_QUOTED_SCHEME = quote(_SCHEME, safe="")
_ADDRESS = re.compile(r"^(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):/+(?P<rest>.*)$")  # two letters, for C:/ is a folder
_BUCKET = re.compile(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
_PATTERN = set("*?[]")  # would stand for other objects than themselves
_LONGEST_NAME = 255


def read_address(named: Path) -> str | None:
    """Return the address that a home was named by, such as ``s3://bucket/prefix``; None where it is a folder.

    Args:
        named: As a user gave it. A path has lost one of the address's slashes.

    Raises:
        UsageError: If it is an address of another kind, or names no bucket.
    """
    match = _ADDRESS.match(named.as_posix())
    if match is None:
        return None
    parts = PurePosixPath(match["rest"]).parts
    is_bucket = match["scheme"] == "s3" and parts and _BUCKET.match(parts[0])
    if not is_bucket or ".." in parts or _PATTERN & set(match["rest"]):
        raise UsageError(f"home {named}: neither a folder nor an address of the form s3://bucket/prefix")
    return _SCHEME + "/".join(parts)


def mirror_folder(address: str, caches: Path) -> Path:
    """Return the folder that stands for a bucket's home.

    Args:
        address: ``s3://bucket/prefix``.
        caches: Where such folders are kept.

    Raises:
        UsageError: If no folder can have such a long name.
    """
    name = quote(address, safe="")
    if len(name) > _LONGEST_NAME:
        raise UsageError(f"home {address}: is {len(name) - _LONGEST_NAME} characters too long; give a shorter prefix")
    return caches / name


def address_of(home: Path) -> str | None:
    """Return the address that a home's folder stands for; None where the folder is the home itself."""
    return unquote(home.name) if home.name.startswith(_QUOTED_SCHEME) else None
