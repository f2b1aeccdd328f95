"""A Prefect server for many tests: a run that reports to it need not start one of its own, which takes longer."""

import sys

import pytest

from tests.prefect_api import is_ready
from tests.processes import free_port, starting, wait_for

QUIET = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}


def start_server(start, command, **settings):
    """Start a Prefect server beside a home and return the address of its API."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    program = [sys.executable, "-m", "flows.prefect_server", "127.0.0.1", str(port)]
    environment = command.environment | QUIET | {"PREFECT_HOME": str(command.user / "prefect")} | settings
    server = start(program, command.user / "server.log", env=environment, cwd=command.user)
    wait_for(lambda: is_ready(url), server)
    return url


@pytest.fixture(scope="session")
def prefect_server(make_command, tmp_path_factory):
    """A server that lasts as long as the tests; the address of its API."""
    with starting() as start:
        yield start_server(start, make_command(tmp_path_factory.mktemp("prefect")))


@pytest.fixture(scope="session")
def make_reporting(make_command, prefect_server):
    """What `make_command` does, for runs that report to the server that is there."""
    return lambda folder: make_command(folder).with_environment(PREFECT_API_URL=prefect_server)
