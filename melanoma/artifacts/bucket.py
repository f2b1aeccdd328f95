"""Objects under an address of object storage, by fsspec; each of its failures is one line that says what to do.

Credentials, region and endpoint are what the usual variables and files of AWS say (``AWS_ACCESS_KEY_ID``,
``AWS_ENDPOINT_URL``, ``~/.aws``); the client reads them itself.
"""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from melanoma.artifacts.mirror import address_of
from melanoma.errors import BucketError, UsageError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_CLIENT = {"connect_timeout": 10, "read_timeout": 30, "retries": {"max_attempts": 3, "mode": "standard"}}
_RETRIES = 2  # of the file system, each of as many attempts of the client
_OBJECTS_AT_ONCE = 200
_ANSWER_S = 15.0  # for the first answer; later ones may take longer, since work would be lost with them


class Bucket:
    """The objects whose names begin with an address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._root = address.partition("://")[2]

    def require_access(self) -> None:
        """Look whether the bucket is there and may be read.

        Raises:
            UsageError: If s3fs is not installed, or there is no such bucket.
            BucketError: If it cannot be reached, or may not be read.
        """
        if find_spec("s3fs") is None:
            raise UsageError(f"home {self.address}: s3fs is not installed; install melanoma[s3]")
        bucket, _, prefix = self._root.partition("/")
        with _explained(self.address):
            try:
                self._files.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, MaxKeys=1, timeout=_ANSWER_S)
            except FileNotFoundError as problem:
                raise UsageError(
                    f"home {self.address}: there is no bucket {bucket}; make it, or correct the name"
                ) from problem
            except TimeoutError as problem:
                raise BucketError(
                    f"home {self.address}: the storage does not answer within {_ANSWER_S:g} s; check AWS_ENDPOINT_URL "
                    "and the network"
                ) from problem

    def read(self, name: str) -> bytes | None:
        """Return an object's content, or None if there is none."""
        return self.read_all([name]).get(name)

    def read_all(self, names: Sequence[str]) -> dict[str, bytes]:
        """Return the contents of objects, of which some may be missing; asked for side by side."""
        places = {self._place(name): name for name in names}
        if not places:
            return {}
        with _explained(self.address):
            found: dict[str, Any] = self._files.cat(list(places), on_error="return", batch_size=_OBJECTS_AT_ONCE)
            for content in found.values():
                if isinstance(content, Exception) and not isinstance(content, FileNotFoundError):
                    raise content
        return {places[place]: content for place, content in found.items() if isinstance(content, bytes)}

    def write(self, name: str, content: bytes) -> None:
        """Write an object, in the place of one that is there."""
        with _explained(self.address):
            self._files.pipe_file(self._place(name), content)

    def create(self, name: str, content: bytes) -> bool:
        """Write an object unless there is one; of several that try at once, one succeeds.

        Storage that does not know conditional writes (``If-None-Match``) either says so, and is then asked first
        whether there is one, or ignores the condition, and the last one succeeds too.

        Returns:
            Whether it was written.
        """
        with _explained(self.address):
            try:
                self._files.pipe_file(self._place(name), content, mode="create")
            except FileExistsError:
                return False
            except OSError as problem:
                if problem.errno != errno.ENOSYS:
                    raise
                if self._files.exists(self._place(name)):
                    return False
                self._files.pipe_file(self._place(name), content)
        return True

    def upload(self, path: Path, name: str) -> None:
        """Write an object from a file; it appears whole or not at all."""
        with _explained(self.address):
            self._files.put_file(str(path), self._place(name))

    def download(self, name: str, path: Path) -> bool:
        """Write an object into a file.

        Returns:
            Whether there was one.
        """
        with _explained(self.address):
            try:
                self._files.get_file(self._place(name), str(path))
            except FileNotFoundError:
                return False
        return True

    def entries(self, folder: str) -> list[str]:
        """Return the names directly under a folder, sorted; none where there is no such folder."""
        with _explained(self.address):
            try:
                found = self._files.ls(self._place(folder), detail=False)
            except FileNotFoundError:
                return []
        return sorted({PurePosixPath(place).name for place in found} - {PurePosixPath(folder).name, ".."})

    def sizes(self, folder: str) -> dict[str, int]:
        """Return the objects under a folder, however deep: names relative to it, and sizes in bytes."""
        root = f"{self._place(folder)}/"
        with _explained(self.address):
            found = self._files.find(root, detail=True)
        return {place.removeprefix(root): entry["size"] for place, entry in found.items()}

    def move(self, name: str, target: str) -> None:
        """Give an object another name; one that is gone in the meantime is no failure."""
        with _explained(self.address):
            try:
                self._files.cp_file(self._place(name), self._place(target))
                self._files.rm_file(self._place(name))
            except FileNotFoundError:
                return

    def remove(self, names: Sequence[str]) -> None:
        """Delete objects, if they are there."""
        with _explained(self.address):
            for name in names:
                self._files.rm_file(self._place(name))

    def _place(self, name: str) -> str:
        return f"{self._root}/{name}"

    @cached_property
    def _files(self) -> "AbstractFileSystem":
        import fsspec

        files = fsspec.filesystem("s3", use_listings_cache=False, config_kwargs=_CLIENT)
        files.retries = _RETRIES
        return files


def open_bucket(home: Path) -> Bucket | None:
    """Return the bucket that a home's folder stands for; None where the folder is the home itself."""
    address = address_of(home)
    return _bucket_at(address) if address else None


@cache
def _bucket_at(address: str) -> Bucket:
    return Bucket(address)


@contextmanager
def _explained(address: str) -> Iterator[None]:
    """Turn what the client raises into one line."""
    from botocore.exceptions import BotoCoreError, NoCredentialsError

    try:
        yield
    except (UsageError, BucketError):
        raise
    except NoCredentialsError as problem:
        raise BucketError(
            f"home {address}: there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
        ) from problem
    except PermissionError as problem:
        raise BucketError(
            f"home {address}: access is denied ({_first_line(problem)}); the credentials need s3:ListBucket, "
            "s3:GetObject, s3:PutObject and s3:DeleteObject there"
        ) from problem
    except (OSError, BotoCoreError, ValueError) as problem:
        if isinstance(problem, OSError) and problem.errno == errno.ENOSPC:
            raise  # the local disk
        raise BucketError(
            f"home {address}: the storage cannot be used ({_first_line(problem)}); check AWS_ENDPOINT_URL and the "
            "network, then run the same command again"
        ) from problem


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]
