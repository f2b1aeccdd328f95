"""Find, or start, the Prefect server that the runs of a home report to; it listens on loopback unless it is protected.

Prefect reads where its server is when it is imported: choose the server first, import Prefect after.
"""

import atexit
import base64
import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from flows.exposure import CLIENT_AUTH, LOOPBACK, reachable, require_protection
from flows.terminal import end_at_once, say
from melanoma.errors import MelanomaError

_NOTE = "server.json"
_START_TIMEOUT_S = 120
_ASK_TIMEOUT_S = 2
_DATABASE_BYTES = 3 << 20  # of a fresh server
_ASKED_TO_END = {0, -signal.SIGINT, -signal.SIGTERM}


@dataclass(frozen=True)
class ServerPlace:
    """Where a server listens: a host's name or address, and a port."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address of its API, from this machine."""
        return f"http://{reachable(self.host)}:{self.port}/api"


def use_running_server(home: Path) -> str | None:
    """Point Prefect at the server that was started for a home, if it answers.

    A server that the user has named in PREFECT_API_URL stays the one that is used.

    Args:
        home: Where the server left its note.

    Returns:
        The API's address, or None where runs use a temporary server.

    Raises:
        MelanomaError: If the server does not take the auth string of this environment.
    """
    if os.environ.get("PREFECT_API_URL"):
        return os.environ["PREFECT_API_URL"]
    url = noted_url(home)
    if url and is_healthy(url):
        _require_admission(url)
        os.environ["PREFECT_API_URL"] = url
        return url
    return None


def noted_url(home: Path) -> str | None:
    """Return the address of the server that was last started for a home, whether or not it answers."""
    try:
        return str(json.loads((home / _NOTE).read_text())["url"])
    except (OSError, ValueError, KeyError):
        return None


def is_healthy(url: str, timeout_s: float = _ASK_TIMEOUT_S) -> bool:
    """Return whether a Prefect API answers."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=timeout_s) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


@contextmanager
def lasting_server(home: Path, at: ServerPlace) -> Iterator[str]:
    """Run a Prefect server with its UI until the context ends, and note where it is.

    If the server ends by itself, this process ends with one line.

    Args:
        home: The note goes here, so that runs find the server.
        at: Where it listens.

    Yields:
        The API's address.

    Raises:
        UsageError: If others could reach the server and nothing protects it.
        MelanomaError: If the port is taken or the server does not start.
    """
    with _noted_server(home, at) as process:
        threading.Thread(target=_end_with_server, args=(process, at), daemon=True).start()
        yield at.url


@contextmanager
def any_server(home: Path, at: ServerPlace) -> Iterator[str]:
    """Use the server that runs for a home, or run a lasting one until the context ends; Prefect is pointed at it.

    Args:
        home: Where the server's note is.
        at: Where a server that has to be started listens.

    Yields:
        The API's address.
    """
    running = use_running_server(home)
    with nullcontext(running) if running else lasting_server(home, at) as url:
        os.environ["PREFECT_API_URL"] = url
        yield url


def is_full(home: str) -> bool:
    """Tell whether the disk of a home has no space for a server's database.

    A server that meets this says no more than that something went wrong.

    Args:
        home: A folder; one that is not there, or is in object storage, is never full.
    """
    try:
        return shutil.disk_usage(home).free < _DATABASE_BYTES
    except OSError:
        return False


def start_temporary_server() -> Callable[[], None]:
    """Start a server for this process; it comes up while the caller goes on importing.

    It is ended last when the process exits, because Prefect still sends logs and events while it exits.

    Returns:
        A function that waits until the server answers, and raises MelanomaError if it does not.
    """
    at = ServerPlace(LOOPBACK, _free_port())
    url = at.url
    process = _start_server(at, {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1"})
    atexit.register(process.terminate)
    os.environ["PREFECT_API_URL"] = url
    return lambda: _wait_until_healthy(url, process)


def keep_server(home: Path, at: ServerPlace) -> None:
    """Run a server until the process is interrupted.

    Raises:
        MelanomaError: If the server ends by itself, so that a supervisor starts both again. A busy one that answers
            late has not ended.
    """
    with _noted_server(home, at) as process:
        say(f"Prefect UI: {at.url.removesuffix('/api')}  (Ctrl-C ends it)")
        process.wait()
    raise MelanomaError(_ended(at))


@contextmanager
def _noted_server(home: Path, at: ServerPlace) -> Iterator[subprocess.Popen[bytes]]:
    require_protection(at.host, os.environ)
    if is_healthy(at.url):
        raise MelanomaError(f"port {at.port}: a Prefect server is already there; use it, or give another --port")
    signal.signal(signal.SIGTERM, _exit)
    process = _start_server(at, _lasting_settings(at))
    try:
        _wait_until_healthy(at.url, process)
        (home / _NOTE).write_text(json.dumps({"url": at.url, "process": process.pid}))
        yield process
    finally:
        (home / _NOTE).unlink(missing_ok=True)
        process.terminate()
        process.wait()


def _lasting_settings(at: ServerPlace) -> dict[str, str]:
    """Say to a server where it is; a browser elsewhere must not be sent to an address that means "here"."""
    settings = {"PREFECT_SERVER_API_HOST": at.host, "PREFECT_SERVER_API_PORT": str(at.port)}
    if reachable(at.host) != at.host and "PREFECT_UI_API_URL" not in os.environ:
        settings["PREFECT_UI_API_URL"] = f"http://{socket.gethostname()}:{at.port}/api"
    return settings


def _start_server(at: ServerPlace, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that Ctrl-C does not end it before who still reports to it."""
    command = [sys.executable, "-m", "flows.prefect_server", at.host, str(at.port)]
    environment = {**os.environ, "PREFECT__SERVER_FINAL": "1", **settings}
    return subprocess.Popen(command, env=environment, start_new_session=True)


def _require_admission(url: str) -> None:
    """Ask something for which a protected server wants an auth string; its health is told to everybody."""
    request = urllib.request.Request(f"{url}/admin/version")
    if CLIENT_AUTH in os.environ:
        request.add_header("Authorization", f"Basic {base64.b64encode(os.environ[CLIENT_AUTH].encode()).decode()}")
    try:
        urllib.request.urlopen(request, timeout=_START_TIMEOUT_S).close()
    except urllib.error.HTTPError as refusal:
        if refusal.code == HTTPStatus.UNAUTHORIZED:
            raise MelanomaError(f"{url}: refuses the auth string; set {CLIENT_AUTH} as the server has it") from None


def _end_with_server(process: subprocess.Popen[bytes], at: ServerPlace) -> None:
    """End this process, which would ask a server that is gone for ever, unless the server was asked to end.

    The exit is hard, because Prefect's runner would first tell the server.
    """
    if process.wait() not in _ASKED_TO_END:
        end_at_once(_ended(at))


def _ended(at: ServerPlace) -> str:
    return f"{at.url}: the Prefect server ended by itself; start it again, runs that wait for it go on"


def _exit(*_: object) -> None:
    """End by an exception, so that the server is ended too."""
    sys.exit(128 + signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _require_space() -> None:
    """Tell a disk on which the server cannot make its database from a port that is taken."""
    if is_full(os.environ["MELANOMA_HOME"]):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not is_healthy(url):
        if process.poll() is not None:
            _require_space()
            raise MelanomaError(f"{url}: the Prefect server ended at once; is the port taken? give another --port")
        if time.monotonic() > deadline:
            raise MelanomaError(f"{url}: the Prefect server did not answer in {_START_TIMEOUT_S} s; see the noise.log")
        time.sleep(0.05)
