"""A local archive that speaks the ISIC API."""

from collections.abc import Iterator

import pytest

from tests.integration.archive_server import ArchiveServer, running_archive


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    """Seven images, three on a page; a test may change them and let answers go wrong."""
    with running_archive() as server:
        yield server
