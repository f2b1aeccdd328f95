"""A package's file is found without running the package, and only the expected one is taken."""

import hashlib

import pytest

from melanoma.errors import ModelError
from melanoma.models.pretrained.package_file import PackageFile, read_package_file

CONTENT = b"weights"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """An installed package whose code must not run."""
    (tmp_path / "kept_weights-1.0.dist-info").mkdir()
    (tmp_path / "kept_weights-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: kept-weights\n")
    (tmp_path / "kept_weights").mkdir()
    (tmp_path / "kept_weights" / "__init__.py").write_text("raise RuntimeError('it was imported')")
    (tmp_path / "kept_weights" / "w.pth").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(tmp_path)
    return PackageFile("kept-weights", "kept_weights/w.pth", SHA256)


def test_the_file_is_read_and_the_package_is_not_imported(weights):
    assert read_package_file(weights) == CONTENT


def test_an_absent_package_is_said_with_what_to_install():
    with pytest.raises(ModelError, match=r"no-such-weights is not installed; install melanoma\[pretrained\]"):
        read_package_file(PackageFile("no-such-weights", "w.pth", SHA256))


def test_a_changed_file_is_refused(weights, tmp_path):
    (tmp_path / "kept_weights" / "w.pth").write_bytes(CONTENT + b"!")
    with pytest.raises(ModelError, match=rf"w\.pth: its sha256 is not {SHA256[:8]}…; install kept-weights again"):
        read_package_file(weights)


def test_a_file_that_is_gone_is_said(weights, tmp_path):
    (tmp_path / "kept_weights" / "w.pth").unlink()
    with pytest.raises(ModelError, match=r"w\.pth: cannot be read; install kept-weights again"):
        read_package_file(weights)
