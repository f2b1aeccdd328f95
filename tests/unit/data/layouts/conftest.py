"""Sources as publishers lay them out, in small: tables as texts, images as files that nobody decodes."""

import pytest

from melanoma.data.listing import Listing, SourceFile, list_source


@pytest.fixture
def source(tmp_path):
    """Return a function that writes images and tables and lists them."""

    def make(images, **tables):
        for name in images:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        for name, content in tables.items():
            path = tmp_path / f"{name}.csv"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list_source(tmp_path)

    return make


@pytest.fixture
def listing_of_tables():
    """Return a function that lists some tables of a folder, and images that need not exist."""

    def make(root, images, tables):
        files = [tuple(SourceFile(name, 1, "0" * 64) for name in sorted(names)) for names in (images, tables)]
        return Listing(root, *files)

    return make
