import importlib
import sys

import pytest

from melanoma.data.isic_archive.client import ArchiveClient
from melanoma.data.isic_archive.patience import Patience, TransferCut, TransferFailed
from melanoma.errors import UsageError

API = "http://127.0.0.1:9/api/v2/"


def test_without_httpx_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(UsageError, match=r"needs httpx; pip install 'melanoma\[isic\]'"):
        ArchiveClient(API, Patience())


def test_the_room_is_imported_without_httpx(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("melanoma.data.isic_archive")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "httpx", None)
    assert importlib.import_module("melanoma.data.isic_archive.download").download_images


def test_certificates_that_cannot_be_read_are_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(UsageError, match=r"certificates \(SSL_CERT_FILE\) of the environment cannot be used"):
        ArchiveClient(API, Patience())


def test_a_proxy_that_is_no_address_is_one_line(monkeypatch):
    monkeypatch.setenv("http_proxy", "gopher://proxy")
    with pytest.raises(UsageError, match=r"a proxy \(HTTPS_PROXY\)"):
        ArchiveClient(API, Patience())


def test_a_proxy_of_the_environment_is_used(monkeypatch):
    monkeypatch.setenv("no_proxy", "localhost")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with (
        ArchiveClient("http://isic.invalid/api/v2/", Patience()) as client,
        pytest.raises(TransferCut, match="connection failed"),
        client.open("http://isic.invalid/api/v2/"),
    ):
        pass


def test_from_a_secure_archive_no_insecure_address_is_followed():
    with ArchiveClient("https://isic.invalid/api/v2/", Patience()) as client:
        with pytest.raises(TransferFailed, match="its address is http:, expected https") as caught:
            client.read_text("http://isic.invalid/x")
        assert not isinstance(caught.value, TransferCut)


def test_a_stopped_client_starts_nothing():
    with ArchiveClient(API, Patience()) as client:
        client.stop("the reason")
        with pytest.raises(TransferFailed, match="the reason"):
            client.persist("x", lambda: 1)


def test_a_stop_ends_a_wait():
    with ArchiveClient(API, Patience(attempts=2, first_wait_s=1000, longest_wait_s=1000)) as client:

        def fail():
            client.stop("the reason")
            raise TransferCut("cut")

        with pytest.raises(TransferFailed, match="the reason"):
            client.persist("x", fail)
