"""A real MLflow server on loopback, with its database and files in a folder."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.processes import free_port, wait_for

_NEEDED = ("mlflow", "alembic", "flask")  # the last is not among what the extra brings


@contextmanager
def running_mlflow(folder: Path) -> Iterator[str]:
    """Run a server by MLflow's own command until the context ends.

    Args:
        folder: Its database, its files and its log are kept there.

    Yields:
        Its address.
    """
    command = Path(sys.executable).with_name("mlflow")
    missing = [name for name in _NEEDED if not find_spec(name)]
    if missing or not command.exists():
        pytest.skip(f"no MLflow server can be started: {', '.join(missing) or command} is missing")
    port = free_port()
    places = ["--backend-store-uri", f"sqlite:///{folder / 'server.db'}", "--artifacts-destination", folder / "files"]
    address = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [command, "server", *places, *address],
            env=environment | {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_for(lambda: _is_healthy(port), server)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # it and its worker: its session is its own
        server.wait()


def _is_healthy(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=60) as answer:
        return bool(answer.status == HTTPStatus.OK)
