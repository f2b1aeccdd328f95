"""PostgreSQL behind Prefect's server is restarted while a worker carries the pipeline out."""

import json
import sys

from melanoma.config.loading import load_config
from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.dataset import draw_dataset
from tests.prefect_api import ask, find_end, is_ready, on_database
from tests.processes import free_port, wait_for

POOL = "melanoma"
STAGES = ["ingest", "validate", "split", "balance", "train", "evaluate", "robustness", "explain", "report"]


def records(command):
    return [json.loads(path.read_text()) for path in sorted((command.home / "runs").glob("2*/run.json"))]


def test_a_run_whose_server_loses_its_database_ends_or_can_be_retried_and_makes_no_stage_twice(
    command, postgres, short_folder, start_process
):
    port, data = free_port(), short_folder / "images"
    url = f"http://127.0.0.1:{port}/api"
    draw_dataset(data, SyntheticConfig(images=72, size_px=48))
    environment = on_database(command, url, postgres, short_folder)

    def prefect(name, *arguments):
        program = [sys.executable, "-m", "prefect", *arguments]
        return start_process(program, short_folder / f"{name}.log", env=environment, cwd=command.source)

    server = prefect("server", "server", "start", "--host", "127.0.0.1", "--port", str(port))
    wait_for(lambda: is_ready(url), postgres.server, server)
    ask(url, "/work_pools/", {"name": POOL, "type": "process"})
    deployment = {
        "name": "full",
        "flow_id": ask(url, "/flows/", {"name": "pipeline"})["id"],
        "entrypoint": "flows.pipeline.pipeline",
        "work_pool_name": POOL,
        "path": str(command.source),
    }
    full = ask(url, "/deployments/", deployment)
    worker = prefect("worker", "worker", "start", "--pool", POOL)
    config = load_config(settings=[part for part in command.quick() if part != "--set"])
    parameters = {"data": str(data), "home": str(command.home), "config": config.model_dump(mode="json")}

    def request():
        return ask(url, f"/deployments/{full['id']}/create_flow_run", {"parameters": parameters})

    def wait_for_end(run):
        return wait_for(lambda: find_end(url, run), server, worker)

    run = request()
    wait_for(lambda: list((command.home / "building").glob("train-*")), postgres.server, server, worker)
    postgres.stop()
    wait_for(lambda: not is_ready(url), server, worker)
    database = postgres.start_again()
    state = wait_for_end(run)
    if state["type"] != "COMPLETED":
        assert len(state["message"].splitlines()) == 1, state
        ask(url, f"/flow_runs/{run['id']}/set_state", {"state": {"type": "SCHEDULED", "name": "AwaitingRetry"}})
        state = wait_for_end(run)
    assert state["type"] == "COMPLETED", state
    again = request()
    assert wait_for_end(again)["type"] == "COMPLETED"

    told = database.query("select state_type from flow_run order by created")
    assert told.splitlines() == ["COMPLETED", "COMPLETED"]
    states = [{stage: entry["state"] for stage, entry in record["stages"].items()} for record in records(command)]
    assert states[-1] == dict.fromkeys(states[-1], "Cached")
    assert states[-1].keys() >= set(STAGES)
    for stage in STAGES:
        assert [found[stage] for found in states if stage in found].count("Completed") == 1, stage
