"""A home in object storage, and the local folder that stands for it on this machine.

Stages read and write files, so they always work in a folder. The folder that stands for ``s3://bucket/prefix`` is named
after that address, ``s3+bucket+prefix``. So whoever is given the folder knows the bucket, in whatever process, without
a setting that could be lost on the way. Its name has no percent sign, which Prefect's database does not take in a path.
"""

import re
from pathlib import Path

from melanoma.errors import UsageError

_SCHEME = "s3:/"
_MARK = "s3+"
_SEPARATOR = "+"
_ANY_ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9.+-]+:(/|$)")  # two letters, for C:/ is a folder
_BUCKET = re.compile(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
_PREFIX = re.compile(r"^(?!\.\.?$)[A-Za-z0-9._=-]+$")
_LONGEST_NAME = 255


def read_address(named: Path) -> str | None:
    """Return the address that a home was named by, such as ``s3://bucket/prefix``; None where it is a folder.

    Args:
        named: As a user gave it. A path has lost one of the address's slashes.

    Raises:
        UsageError: If it is an address of another kind, names no bucket, or cannot be the name of a folder.
    """
    if not _ANY_ADDRESS.match(named.as_posix()):
        return None
    scheme, *parts = named.parts
    bucket, prefix = parts[:1], parts[1:]
    if scheme != "s3:" or not all(map(_BUCKET.match, bucket or [""])) or not all(map(_PREFIX.match, prefix)):
        raise UsageError(
            f"home {named}: neither a folder nor s3://bucket/prefix, where a prefix has letters, digits, . _ = - and /"
        )
    address = "/".join((_SCHEME, *parts))
    if len(address) > _LONGEST_NAME:
        raise UsageError(f"home {address}: is longer than {_LONGEST_NAME} characters; give a shorter prefix")
    return address


def mirror_folder(address: str, caches: Path) -> Path:
    """Return the folder that stands for a bucket's home.

    Args:
        address: As `read_address` returns it.
        caches: Where such folders are kept.
    """
    return caches / (_MARK + address.removeprefix(f"{_SCHEME}/").replace("/", _SEPARATOR))


def address_of(home: Path) -> str | None:
    """Return the address that a home's folder stands for; None where the folder is the home itself.

    Examples:
        >>> address_of(mirror_folder("s3://bucket/prefix", Path("caches")))
        's3://bucket/prefix'
    """
    if not home.name.startswith(_MARK):
        return None
    return "/".join((_SCHEME, *home.name.removeprefix(_MARK).split(_SEPARATOR)))
