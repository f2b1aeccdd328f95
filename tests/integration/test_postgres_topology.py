"""The topology of `deployments/compose.yaml` as real processes: PostgreSQL, Prefect's server, two workers."""

import json
import os
import sys
import urllib.error
import urllib.request

from tests.postgres import free_port, wait_for

POOL = "melanoma"
FLOW = """
from prefect import flow


@flow
def say_worker(number: int) -> int:
    return number
"""


def _ask(url, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or "null")


def test_two_workers_carry_a_deployment_out_on_a_server_with_postgresql(command, postgres, short_folder, start_process):
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    source = short_folder / "source"
    source.mkdir()
    (source / "cheap_flow.py").write_text(FLOW)
    environment = command.environment | {
        "PREFECT_API_URL": url,
        "PREFECT_API_DATABASE_CONNECTION_URL": postgres.address("+asyncpg"),
        "PREFECT_HOME": str(short_folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": os.pathsep.join([str(source), str(command.source)]),
    }

    def prefect(name, *arguments):
        program = [sys.executable, "-m", "prefect", *arguments]
        return start_process(program, short_folder / f"{name}.log", env=environment, cwd=source)

    server = prefect("server", "server", "start", "--host", "127.0.0.1", "--port", str(port))
    wait_for(lambda: _ask(url, "/health"), postgres.server, server)
    _ask(url, "/work_pools/", {"name": POOL, "type": "process"})
    workers = [prefect(name, "worker", "start", "--pool", POOL, "--name", name) for name in ("first", "second")]
    flow = _ask(url, "/flows/", {"name": "say-worker"})
    deployment = {
        "name": "cheap",
        "flow_id": flow["id"],
        "entrypoint": "cheap_flow.say_worker",
        "work_pool_name": POOL,
        "path": str(source),
    }
    made = _ask(url, "/deployments/", deployment)
    online = {"workers": {"status": {"any_": ["ONLINE"]}}}
    wait_for(lambda: len(_ask(url, f"/work_pools/{POOL}/workers/filter", online)) == 2, *workers)
    run = _ask(url, f"/deployments/{made['id']}/create_flow_run", {"parameters": {"number": 6}})

    def ended():
        found = _ask(url, f"/flow_runs/{run['id']}")
        return found["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED"} and found

    state = wait_for(ended, postgres.server, server, *workers)["state"]
    assert state["type"] == "COMPLETED", state
    told = postgres.query(f"select state_type, run_count from flow_run where id = '{run['id']}'")
    assert told == "COMPLETED|1"
