"""Where the home is: what the command or the environment names, as the folder that all else works in."""

import os
import re
from pathlib import Path

from melanoma.artifacts.bucket import open_bucket
from melanoma.artifacts.mirror import mirror_folder, read_address
from melanoma.runs import refresh_runs

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


def choose_home(named: Path | None = None) -> Path:
    """Return the folder of a home; that of one in object storage knows what other machines have done there.

    What is kept of a bucket is in MELANOMA_CACHE, else where the user's caches are. Buckets of one name at two
    endpoints are kept apart.

    Args:
        named: A folder, or ``s3://bucket/prefix``; None takes MELANOMA_HOME, else ``.melanoma`` in the working folder.

    Raises:
        UsageError: If an address is not one, there is no such bucket, or s3fs is not installed.
        BucketError: If the storage cannot be reached, or refuses.
    """
    home = named or Path(os.environ.get("MELANOMA_HOME") or ".melanoma")
    address = read_address(home)
    if address:
        home = mirror_folder(address, _caches() / _endpoint())
    elif named is None:
        home = home.absolute()
    bucket = open_bucket(home)
    if bucket:
        bucket.require_access()
        refresh_runs(home)
        from melanoma.registry.ledger import refresh_ledger  # imports what no other command needs so early

        refresh_ledger(home)
    return home


def _caches() -> Path:
    named = os.environ.get("MELANOMA_CACHE")
    return Path(named or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "melanoma").absolute()


def _endpoint() -> str:
    """Return a folder's name for the storage's endpoint, such as ``minio.example.org-9000``."""
    url = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), "aws")
    return re.sub(r"[^A-Za-z0-9.]+", "-", url.partition("://")[2] or url).strip(".-") or "unnamed"
