"""Who can reach the Prefect server that the environment sets up or names."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from flows.doctor_check import Check, Finding, Place, ok, problem, warning
from flows.exposure import CLIENT_AUTH, LOOPBACK, is_loopback, is_open, missing_protection


def _examine(place: Place) -> Iterator[Finding]:
    findings = [*_served(place), *_used(place)]
    yield from findings or [ok("the server is reached from this machine only, or asks who comes")]


def _served(place: Place) -> Iterator[Finding]:
    host = place.environment.get("PREFECT_SERVER_API_HOST", LOOPBACK)
    missing = [] if is_loopback(host) else missing_protection(place.environment)
    if missing:
        yield problem(f"PREFECT_SERVER_API_HOST={host} opens a server to others", f"set {' and '.join(missing)}")


def _used(place: Place) -> Iterator[Finding]:
    url = place.environment.get("PREFECT_API_URL", "")
    if not url:
        return
    if is_open(url, place.environment):
        yield problem(
            f"PREFECT_API_URL={url} is another machine's, without an auth string", f"set {CLIENT_AUTH}=USER:PASSWORD"
        )
    elif url.startswith("http:") and not is_loopback(urlsplit(url).hostname or ""):
        yield warning(f"PREFECT_API_URL={url} carries the auth string in the clear", "put TLS before it, use https")


CHECK = Check("exposure", 55, _examine)
