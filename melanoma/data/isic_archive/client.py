"""HTTP towards the archive: bounded answers, safe redirects, and every failure told apart by whether it may pass."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib.metadata import version
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, TypeVar

from melanoma.data.isic_archive.patience import Patience, TransferCut, TransferFailed
from melanoma.errors import UsageError

if TYPE_CHECKING:
    import httpx

Result = TypeVar("Result")
_MAX_REDIRECTS = 5
_MAX_ANSWER_BYTES = 64 * 2**20
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class ArchiveClient:
    """A connection to the archive that several threads share.

    Proxies and certificates are those of the environment (``HTTPS_PROXY``, ``SSL_CERT_FILE``), as httpx reads them.
    """

    def __init__(self, api: str, patience: Patience) -> None:
        """Prepare; nothing is sent yet.

        Args:
            api: The address of the API.
            patience: How long to go on trying.

        Raises:
            UsageError: If httpx is not installed, or the environment's proxies or certificates are not usable.
        """
        self._httpx = _load_httpx()
        self._schemes = ("https",) if api.lower().startswith("https:") else ("http", "https")
        self._patience = patience
        self._stopped = threading.Event()
        self._why_stopped = ""
        self._http = _connect(self._httpx, patience.timeout_s)

    def __enter__(self) -> "ArchiveClient":
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._http.close()

    def stop(self, reason: str) -> None:
        """End what other threads are fetching or waiting for.

        Args:
            reason: What the images that are left out are told to have failed for.
        """
        self._why_stopped = reason
        self._stopped.set()

    def require_going(self) -> None:
        """Raise if the download was stopped.

        Raises:
            TransferFailed: If so.
        """
        if self._stopped.is_set():
            raise TransferFailed(self._why_stopped)

    def persist(self, name: str, work: Callable[[], Result]) -> Result:
        """Carry something out, again and again while it fails in a way that may pass.

        Args:
            name: What it is.
            work: One attempt.

        Returns:
            What the first successful attempt returns.

        Raises:
            TransferFailed: If trying again is of no use.
            TransferCut: If the last attempt failed too.
        """
        for attempt in range(self._patience.attempts - 1):
            self.require_going()
            try:
                return work()
            except TransferCut as cut:
                wait = self._patience.sleep or self._stopped.wait
                wait(self._patience.wait_s(name, attempt, cut.wait_s))
        self.require_going()
        return work()

    def read_json(self, url: str) -> object:
        """Fetch a JSON document once; one that cannot be parsed counts as damaged on the way."""
        with self.open(url) as answer:
            content = read_bounded(answer, _MAX_ANSWER_BYTES)
        try:
            document: object = json.loads(content)
        except (ValueError, RecursionError) as problem:
            raise TransferCut("the answer is not JSON") from problem
        return document

    def read_text(self, url: str) -> str:
        """Fetch a text once."""
        with self.open(url) as answer:
            return read_bounded(answer, _MAX_ANSWER_BYTES).decode("utf-8", errors="replace")

    @contextmanager
    def open(
        self, url: str, headers: Mapping[str, str] | None = None, accept: tuple[int, ...] = (HTTPStatus.OK,)
    ) -> Iterator["httpx.Response"]:
        """Ask for an address and give its answer, whose content is still to be read.

        Args:
            url: An http or https address; https alone if the API's is https.
            headers: Sent beside our own.
            accept: The statuses that the caller knows what to do with.

        Yields:
            The answer.

        Raises:
            TransferFailed: If trying again is of no use.
            TransferCut: If it may pass. Both are raised as well for what happens while the content is read.
        """
        try:
            with self._follow(url, headers or {}) as answer:
                _check_status(answer, accept)
                yield answer
        except self._httpx.HTTPError as problem:
            raise self._failure(problem) from problem
        except (self._httpx.InvalidURL, UnicodeError) as problem:
            raise TransferFailed("its address is not valid") from problem

    @contextmanager
    def _follow(self, url: str, headers: Mapping[str, str]) -> Iterator["httpx.Response"]:
        """Follow redirects by hand, so that none leads away from the web."""
        for _ in range(_MAX_REDIRECTS):
            scheme = self._httpx.URL(url).scheme
            if scheme not in self._schemes:
                raise TransferFailed(f"its address is {scheme or 'no'}:, expected {' or '.join(self._schemes)}")
            with self._http.stream("GET", url, headers=headers) as answer:
                if not answer.has_redirect_location:
                    yield answer
                    return
                url = str(answer.url.join(answer.headers["Location"]))
        raise TransferFailed(f"redirects more than {_MAX_REDIRECTS} times")

    def _failure(self, problem: "httpx.HTTPError") -> TransferFailed:
        if "CERTIFICATE_VERIFY_FAILED" in str(problem):
            return TransferFailed(
                "the server's certificate is not trusted; behind a firewall, name its certificates in SSL_CERT_FILE"
            )
        if isinstance(problem, self._httpx.UnsupportedProtocol):
            return TransferFailed("its address is not valid")
        if isinstance(problem, self._httpx.TimeoutException):
            return TransferCut(f"no answer within {self._patience.timeout_s:g} s")
        return TransferCut(f"the connection failed ({_first_line(problem)})")


def read_bounded(answer: "httpx.Response", limit: int) -> bytes:
    """Read an answer that may not be longer than a limit.

    Raises:
        TransferFailed: If it is.
    """
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > limit:
            raise TransferFailed(f"the answer is longer than {limit} bytes")
    return bytes(content)


def _load_httpx() -> ModuleType:
    try:
        import httpx
    except ImportError as problem:
        raise UsageError(
            "downloading from the ISIC Archive needs httpx; pip install 'melanoma[isic]' and try again"
        ) from problem
    return httpx


def _connect(library: ModuleType, timeout_s: float) -> "httpx.Client":
    try:
        client: httpx.Client = library.Client(
            headers={"User-Agent": f"melanoma/{version('melanoma')}", "Accept-Encoding": "identity"},
            timeout=library.Timeout(timeout_s, pool=None),
        )
    except (OSError, ValueError, ImportError, library.InvalidURL) as problem:
        raise UsageError(
            f"a proxy (HTTPS_PROXY) or the certificates (SSL_CERT_FILE) of the environment cannot be used: "
            f"{_first_line(problem)}; mend or unset them"
        ) from problem
    return client


def _check_status(answer: "httpx.Response", accept: tuple[int, ...]) -> None:
    status = answer.status_code
    if status in accept:
        return
    reason = f"the server answers {status}"
    if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TransferCut(reason, status, _asked_wait_s(answer.headers))
    raise TransferFailed(reason, status)


def _asked_wait_s(headers: Mapping[str, str]) -> float:
    """Read Retry-After, in seconds or as a date; a date is compared with the server's own clock (RFC 9110, 10.2.3)."""
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return (parsedate_to_datetime(text) - parsedate_to_datetime(headers["Date"])).total_seconds()
    except (ValueError, TypeError, KeyError):
        return 0.0


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]
