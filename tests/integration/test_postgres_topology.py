"""The topology of `deployments/compose.yaml` as real processes: PostgreSQL, Prefect's server, two workers."""

import os
import sys

from tests.prefect_api import ask, on_database
from tests.processes import free_port, wait_for

POOL = "melanoma"
FLOW = """
from prefect import flow


@flow
def say_worker(number: int) -> int:
    return number
"""


def test_two_workers_carry_a_deployment_out_on_a_server_with_postgresql(command, postgres, short_folder, start_process):
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    source = short_folder / "source"
    source.mkdir()
    (source / "cheap_flow.py").write_text(FLOW)
    environment = on_database(command, url, postgres, short_folder)
    environment["PYTHONPATH"] = os.pathsep.join([str(source), str(command.source)])

    def prefect(name, *arguments):
        program = [sys.executable, "-m", "prefect", *arguments]
        return start_process(program, short_folder / f"{name}.log", env=environment, cwd=source)

    server = prefect("server", "server", "start", "--host", "127.0.0.1", "--port", str(port))
    wait_for(lambda: ask(url, "/health"), postgres.server, server)
    ask(url, "/work_pools/", {"name": POOL, "type": "process"})
    workers = [prefect(name, "worker", "start", "--pool", POOL, "--name", name) for name in ("first", "second")]
    flow = ask(url, "/flows/", {"name": "say-worker"})
    deployment = {
        "name": "cheap",
        "flow_id": flow["id"],
        "entrypoint": "cheap_flow.say_worker",
        "work_pool_name": POOL,
        "path": str(source),
    }
    made = ask(url, "/deployments/", deployment)
    online = {"workers": {"status": {"any_": ["ONLINE"]}}}
    wait_for(lambda: len(ask(url, f"/work_pools/{POOL}/workers/filter", online)) == 2, *workers)
    run = ask(url, f"/deployments/{made['id']}/create_flow_run", {"parameters": {"number": 6}})

    def ended():
        found = ask(url, f"/flow_runs/{run['id']}")
        return found["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED"} and found

    state = wait_for(ended, postgres.server, server, *workers)["state"]
    assert state["type"] == "COMPLETED", state
    told = postgres.query(f"select state_type, run_count from flow_run where id = '{run['id']}'")
    assert told == "COMPLETED|1"
