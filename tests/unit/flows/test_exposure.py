"""A server that others reach is protected, or does not start."""

import pytest

from flows.exposure import is_loopback, is_open, missing_protection, reachable, require_protection
from melanoma.errors import UsageError

BOTH = {"PREFECT_SERVER_API_AUTH_STRING": "user:secret", "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true"}


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("server.hospital", False),
        ("localhost.evil", False),
        ("", False),
    ],
)
def test_only_loopback_is_this_machine_alone(host, own):
    assert is_loopback(host) is own


@pytest.mark.parametrize("missing", sorted(BOTH))
@pytest.mark.parametrize("value", [None, "", ":", "user:", ":secret", "false", "0"])
def test_beyond_loopback_both_are_needed(missing, value):
    environment = {name: BOTH[name] for name in BOTH if name != missing} | ({missing: value} if value else {})
    assert [entry.partition("=")[0] for entry in missing_protection(environment)] == [missing]
    with pytest.raises(UsageError, match=rf"--host 0\.0\.0\.0: .*set {missing}="):
        require_protection("0.0.0.0", environment)
    require_protection("127.0.0.1", environment)


def test_with_both_it_may_listen_anywhere():
    require_protection("0.0.0.0", BOTH)


def test_a_client_without_an_auth_string_is_open_only_towards_other_machines():
    assert is_open("http://prefect.hospital:4200/api", {})
    assert not is_open("http://prefect.hospital:4200/api", {"PREFECT_API_AUTH_STRING": "user:secret"})
    assert not is_open("http://127.0.0.1:4200/api", {})


@pytest.mark.parametrize(
    ("host", "address"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("a.b", "a.b")]
)
def test_this_machine_reaches_a_server_that_listens_everywhere_by_loopback(host, address):
    assert reachable(host) == address
