"""What a Prefect server that is gone leaves: `melanoma serve` and a deployment's run end, each with one line."""

import json
import os
import signal

import pytest

from melanoma.config.loading import load_config
from tests.prefect_api import ask, is_ready
from tests.processes import free_port, wait_for

SERVER = "from flows.prefect_server import main; main()"
# What a worker and `melanoma serve` start for a run; it looks for its server more often, so that it ends sooner.
ENGINE = """
import runpy
from flows import server_watch
server_watch.end_without_server.__defaults__ = (3, 0.1)
runpy.run_module("prefect.engine", run_name="__main__")
"""


def test_serve_ends_with_one_line_when_its_server_is_killed(command, drawn_set):
    port = free_port()
    serving = command.start("serve", "--data", drawn_set, "--port", port)
    note = command.home / "server.json"
    wait_for(note.exists, serving)
    os.kill(wait_for(lambda: json.loads(note.read_text() or "{}").get("process"), serving), signal.SIGKILL)
    _, err = serving.communicate(timeout=400)
    assert serving.returncode == 1
    assert err.splitlines()[-1] == (
        f"melanoma: http://127.0.0.1:{port}/api: the Prefect server ended by itself; "
        "start it again, runs that wait for it go on"
    )


@pytest.fixture
def server(command):
    """A Prefect server of its own, and the address of its API."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    command.home.mkdir()
    own = command.with_environment(PREFECT_HOME=str(command.home / "prefect"))
    process = own.start("127.0.0.1", port, code=SERVER)
    wait_for(lambda: is_ready(url), process)
    yield process, url
    process.kill()
    process.communicate()


def _request_run(command, url, data):
    """Return the id of a requested run of the deployment `full`."""
    deployment = {
        "name": "full",
        "flow_id": ask(url, "/flows/", {"name": "pipeline"})["id"],
        "entrypoint": "flows.pipeline.pipeline",
        "path": str(command.source),
    }
    full = ask(url, "/deployments/", deployment)
    config = load_config(settings=[part for part in command.quick() if part != "--set"])
    parameters = {"data": str(data), "home": str(command.home), "config": config.model_dump(mode="json")}
    return ask(url, f"/deployments/{full['id']}/create_flow_run", {"parameters": parameters})["id"]


def test_a_deployment_s_run_ends_with_one_line_when_its_server_is_gone_for_good(command, drawn_set, server):
    process, url = server
    client = {"PREFECT_API_URL": url, "PREFECT_HOME": str(command.home / "prefect"), "PREFECT_CLIENT_MAX_RETRIES": "60"}
    run = _request_run(command, url, drawn_set)
    engine = command.with_environment(**client, PREFECT__FLOW_RUN_ID=run).start(code=ENGINE)
    try:
        wait_for(lambda: list((command.home / "building").glob("ingest*")), process, engine)
        process.kill()
        _, err = engine.communicate(timeout=400)
    finally:
        engine.kill()
    assert engine.returncode == 1
    assert err.splitlines()[-1] == (
        f"melanoma: {url}: the Prefect server is gone; start it again, then the same run or command, "
        "which goes on from the last finished stage"
    )
    assert [entry["status"] for entry in command.status()] == ["interrupted"]
