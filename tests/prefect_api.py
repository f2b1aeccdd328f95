"""What tests ask of a Prefect server over its API."""

import json
import time
import urllib.error
import urllib.request
from http import HTTPStatus

DEADLINE_S = 400
TERMINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def on_database(command, url, postgres, folder):
    """Return the environment of a server, its workers and its clients on a database, all of it kept in a folder."""
    return command.environment | {
        "PREFECT_API_URL": url,
        "PREFECT_API_DATABASE_CONNECTION_URL": postgres.address("+asyncpg"),
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "DO_NOT_TRACK": "1",
    }


def ask(url, path, body=None, method=None):
    """Return what the server answers to a GET, or, with a body, to a POST or the method that is given."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}{path}", data, {"Content-Type": "application/json"}, method=method)
    deadline = time.monotonic() + DEADLINE_S
    while True:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as refusal:  # a busy server asks to come again, as Prefect's own client does
            if refusal.code != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def is_ready(url):
    """Return whether the server answers, and its database too."""
    try:
        with urllib.request.urlopen(f"{url}/ready", timeout=60) as answer:
            return answer.status == HTTPStatus.OK
    except OSError:
        return False


def read_state(url, run):
    """Return the state of a flow run."""
    return ask(url, f"/flow_runs/{run['id']}")["state"]


def find_end(url, run):
    """Return the state in which a flow run has ended, or None as long as it has not."""
    state = read_state(url, run)
    return state if state["type"] in TERMINAL else None
