"""Who can reach a Prefect server: beyond loopback it asks for an auth string and protects from cross-site requests."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from melanoma.errors import UsageError

LOOPBACK = "127.0.0.1"
SERVER_AUTH = "PREFECT_SERVER_API_AUTH_STRING"
CLIENT_AUTH = "PREFECT_API_AUTH_STRING"
CSRF = "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED"
_CSRF_NAMES = (CSRF, "PREFECT_SERVER_CSRF_PROTECTION_ENABLED")
_TRUE = {"1", "t", "true", "y", "yes", "on"}  # as pydantic reads a boolean


def is_loopback(host: str) -> bool:
    """Tell whether an address is reached from its own machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name, which may stand for any address


def missing_protection(environment: Mapping[str, str]) -> list[str]:
    """Return the settings that a server beyond loopback needs and that are not there.

    Args:
        environment: The variables that the server reads.
    """
    user, _, password = environment.get(SERVER_AUTH, "").partition(":")
    missing = [] if user and password else [f"{SERVER_AUTH}=USER:PASSWORD"]
    protected = any(environment.get(name, "").lower() in _TRUE for name in _CSRF_NAMES)
    return missing if protected else [*missing, f"{CSRF}=true"]


def require_protection(host: str, environment: Mapping[str, str]) -> None:
    """Refuse to serve beyond loopback what everybody could then run.

    Raises:
        UsageError: If something is missing.
    """
    missing = [] if is_loopback(host) else missing_protection(environment)
    if missing:
        raise UsageError(
            f"--host {host}: others could reach the server; set {' and '.join(missing)}, or leave --host out"
        )


def is_open(url: str, environment: Mapping[str, str]) -> bool:
    """Tell whether a client goes to a server of another machine without an auth string."""
    return not is_loopback(urlsplit(url).hostname or "") and not environment.get(CLIENT_AUTH)


def reachable(host: str) -> str:
    """Return the address at which this machine itself reaches a server that listens on a host, for use in a URL."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return LOOPBACK if address.version == 4 else "[::1]"
    return host if address.version == 4 else f"[{host}]"
