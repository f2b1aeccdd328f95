"""Whether the MLflow server answers that runs are logged to, and which runs it was not told of."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

from flows.doctor_check import Check, Finding, Place, ok, warning
from flows.exposure import is_loopback
from melanoma.errors import UsageError
from melanoma.runs import RunFolder, list_runs, read_run
from melanoma.tracking.place import choose_place
from tasks.tracking_place import URI

_TIMEOUT_S = 2
_SECRETS = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
_SHOWN = 3


def _examine(place: Place) -> Iterator[Finding]:
    findings = [*_examine_server(place), *_examine_runs(place)]
    yield from findings or [ok("runs are logged to MLflow where it is wanted")]


def _examine_server(place: Place) -> Iterator[Finding]:
    uri = place.environment.get(URI, "")
    if not uri.startswith(("http:", "https:")):
        return
    title = choose_place(uri, place.home, "").title
    if not _answers(title):
        yield warning(
            f"{URI}={title} does not answer; runs are finished and not logged", f"start that server, or unset {URI}"
        )
    is_secret = any(place.environment.get(name) for name in _SECRETS) or title != uri
    if is_secret and uri.startswith("http:") and not is_loopback(urlsplit(uri).hostname or ""):
        yield warning(f"{URI}={title} carries the password in the clear", "put TLS before it, use https")


def _examine_runs(place: Place) -> Iterator[Finding]:
    missed = [run_id for run_id in list_runs(place.home) if _was_missed(RunFolder(place.home, run_id))]
    if missed:
        named = ", ".join(missed[-_SHOWN:])
        yield warning(
            f"{len(missed)} runs were not logged to MLflow, the last: {named}", f"melanoma track {missed[-1]}"
        )


def _was_missed(folder: RunFolder) -> bool:
    try:
        return "problem" in read_run(folder).get("mlflow", {})
    except UsageError:
        return False  # the check of runs tells of records that cannot be read


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=_TIMEOUT_S).close()
    except urllib.error.HTTPError:
        return True  # it answers, if only to say no
    except OSError:
        return False
    return True


CHECK = Check("tracking", 105, _examine)
