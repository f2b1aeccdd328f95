"""A server on loopback that speaks S3, and the machines that share a bucket on it."""

import itertools
import json
import logging
import os
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from melanoma.artifacts.bucket import Bucket
from melanoma.artifacts.mirror import mirror_folder

KEYS = {"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": "secret"}
_PLAIN = {"Content-Type": "text/plain"}
_NUMBERS = itertools.count(1)  # all servers of a process have the same buckets
_FOREIGN = ("AWS_", "MELANOMA_")


@dataclass
class S3Server:
    """The server; each test takes a bucket of its own."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """Where a client finds it, and as whom."""
        return {"AWS_ENDPOINT_URL": self.url, "AWS_DEFAULT_REGION": "us-east-1", **KEYS}

    def make_bucket(self) -> str:
        """Make a bucket and return the address of a home in it."""
        name = f"bucket-{next(_NUMBERS)}"
        _files().mkdir(name)
        return f"s3://{name}/team"

    @contextmanager
    def asking_for_rights(self) -> Iterator[None]:
        """Let it refuse whom it does not know."""
        self._set_free_actions("0")
        try:
            yield
        finally:
            self._set_free_actions("inf")

    def make_reader(self) -> dict[str, str]:
        """Make a user who may list and read, and return the user's keys."""
        import boto3

        users = boto3.client("iam", endpoint_url=self.url)
        name = f"reader-{next(_NUMBERS)}"
        users.create_user(UserName=name)
        statement = {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        users.put_user_policy(UserName=name, PolicyName="read", PolicyDocument=policy)
        made = users.create_access_key(UserName=name)["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}

    def _set_free_actions(self, count: str) -> None:
        request = urllib.request.Request(f"{self.url}/moto-api/reset-auth", count.encode(), _PLAIN, method="POST")
        with urllib.request.urlopen(request, timeout=30):
            pass


@dataclass(frozen=True)
class Shared:
    """One home in a bucket, as several machines see it.

    Attributes:
        address: The home.
        caches: Where the machines keep what they have of it.
    """

    address: str
    caches: Path

    def home(self, machine: str) -> Path:
        """Return the folder that stands for the home on a machine."""
        return mirror_folder(self.address, self.caches / machine)

    @property
    def bucket(self) -> Bucket:
        """What is really there."""
        return Bucket(self.address)

    @property
    def objects(self) -> list[str]:
        """All names under the address."""
        return sorted(name.removeprefix(f"{self._root}/") for name in _files().find(self._root))

    def put(self, name: str, content: bytes) -> None:
        """Write an object behind everybody's back."""
        _files().pipe_file(f"{self._root}/{name}", content)

    def get(self, name: str) -> bytes:
        """Read an object."""
        content: bytes = _files().cat_file(f"{self._root}/{name}")
        return content

    def get_json(self, name: str) -> dict[str, Any]:
        """Read an object that is JSON."""
        document: dict[str, Any] = json.loads(self.get(name))
        return document

    def delete(self, name: str) -> None:
        """Delete an object behind everybody's back."""
        _files().rm_file(f"{self._root}/{name}")

    @property
    def _root(self) -> str:
        return self.address.removeprefix("s3://")


@contextmanager
def running_s3() -> Iterator[S3Server]:
    """Run the server on a free port, and point this process at it."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    running = S3Server(f"http://{host}:{port}")
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(_FOREIGN)}
    os.environ.update(running.environment)
    try:
        yield running
    finally:
        for name in running.environment:
            os.environ.pop(name)
        os.environ.update(before)
        _files().clear_instance_cache()
        server.stop()


def _files() -> Any:
    import fsspec

    return fsspec.filesystem("s3", use_listings_cache=False)
