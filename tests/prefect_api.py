"""What tests ask of a Prefect server over its API."""

import json
import urllib.request

TERMINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def ask(url, path, body=None, method=None):
    """Return what the server answers to a GET, or, with a body, to a POST or the method that is given."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}{path}", data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or "null")


def read_state(url, run):
    """Return the state of a flow run."""
    return ask(url, f"/flow_runs/{run['id']}")["state"]


def find_end(url, run):
    """Return the state in which a flow run has ended, or None as long as it has not."""
    state = read_state(url, run)
    return state if state["type"] in TERMINAL else None
