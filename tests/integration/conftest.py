"""A local archive that speaks the ISIC API, and a local server that speaks S3."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.archive_server import ArchiveServer, running_archive
from tests.integration.s3_server import S3Server, Shared, running_s3


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    """Seven images, three on a page; a test may change them and let answers go wrong."""
    with running_archive() as server:
        yield server


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    """A server that speaks S3, and this process pointed at it."""
    with running_s3() as server:
        yield server


@pytest.fixture
def shared(s3: S3Server, tmp_path: Path) -> Shared:
    """A home in a bucket of its own."""
    return Shared(s3.make_bucket(), tmp_path)
