"""MLflow's client, opened for one piece of work; whatever goes wrong in it becomes one line.

MLflow is imported here only, and takes about three seconds. It reads from the environment, when it is imported, whether
it may tell its makers of its use: whoever calls has to have said no (see `tasks/tracking_place.py`).
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from melanoma.errors import TrackingError, UsageError
from melanoma.tracking.place import TrackingPlace, prepare_place

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_NAMES = ("mlflow", "sqlalchemy", "alembic")
_MOST_CHARACTERS = 200
# The first that is found in what MLflow says tells what to do; its own texts quote whole pages and stacks.
_REASONS = (
    (r"error code 401|UNAUTHENTICATED", "refuses who asks; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"),
    (r"error code 403|PERMISSION_DENIED", "does not allow it; ask who keeps the server for the right to write"),
    (r"error code 404|ENDPOINT_NOT_FOUND", "is no MLflow server, or an old one; see MLFLOW_TRACKING_URI"),
    (r"too many 5\d\d error|error code 5\d\d", "answers with an error of its own; see the server's log"),
    (r"[Cc]onnection refused", "does not answer (connection refused); start the server, or see MLFLOW_TRACKING_URI"),
    (r"resolve|Name or service|getaddrinfo", "does not answer (no such host); see MLFLOW_TRACKING_URI"),
    (r"timed? ?out|timeout", "does not answer in time; see the server and the network"),
    (r"CERTIFICATE|SSLError", "has a certificate that is not trusted; see MLFLOW_TRACKING_SERVER_CERT_PATH"),
    (r"not a database|malformed", "is no database; move the file away"),
    (r"database is locked", "is locked by another process; try again"),
    (r"readonly database|unable to open database", "cannot be written; see who owns the file and its folder"),
    (r"No space left|disk is full", "has no space left; free some"),
)


def is_installed() -> bool:
    """Tell whether MLflow and what its database needs can be imported, without importing it."""
    return all(find_spec(name) for name in _NAMES)


def require_mlflow() -> None:
    """Refuse to log without MLflow.

    Raises:
        UsageError: If it is not installed.
    """
    if not is_installed():
        raise UsageError("tracking: MLflow is not installed; pip install 'melanoma[mlflow]'")


@contextmanager
def open_store(place: TrackingPlace) -> Iterator["MlflowClient"]:
    """Open a tracking store and its model registry.

    Args:
        place: Where.

    Yields:
        MLflow's client.

    Raises:
        UsageError: If MLflow is not installed.
        TrackingError: If something goes wrong while it is open; it says what, and what to do.
    """
    require_mlflow()
    import mlflow
    from sqlalchemy.exc import SQLAlchemyError

    for name in ("mlflow", "alembic"):  # they tell of each table that they make
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        prepare_place(place)
        yield mlflow.MlflowClient(place.uri, place.uri)
    except (mlflow.MlflowException, SQLAlchemyError, OSError) as problem:
        raise TrackingError(f"MLflow {place.title} {_explain(problem)}") from problem


def _explain(problem: Exception) -> str:
    said = str(problem)
    for pattern, reason in _REASONS:
        if re.search(pattern, said):
            return reason
    line = next(iter(said.splitlines()), type(problem).__name__)
    return f"does not take it: {line[:_MOST_CHARACTERS]}"
