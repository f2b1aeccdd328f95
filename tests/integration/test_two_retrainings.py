"""The deployment `weekly-retrain` asked for twice at once, with two workers to take it."""

import json
import os
import signal
import subprocess
import sys
from datetime import datetime

import pytest

from melanoma.config.loading import load_config
from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.dataset import draw_dataset
from tests.networks import LEARNED
from tests.prefect_api import ask, find_end, read_state
from tests.processes import free_port, wait_for

# Of so few test images no more is asked than that the first model beats chance and the second does not fail entirely.
UNASKED = ("melanoma_sensitivity", "worst_subgroup", "calibration")
LENIENT = ["gates.balanced_accuracy.margin=1", *(f"gates.{gate}.enabled=false" for gate in UNASKED)]
POOL = "melanoma"


def parameters(command, data, *settings):
    config = load_config(settings=[part for part in command.quick(*LEARNED, *LENIENT, *settings) if part != "--set"])
    return {"data": str(data), "home": str(command.home), "config": config.model_dump(mode="json")}


def records(command):
    return [json.loads(path.read_text()) for path in sorted((command.home / "runs").glob("2*/run.json"))]


def built(record):
    return [(stage, entry["key"]) for stage, entry in record["stages"].items() if entry["state"] == "Completed"]


@pytest.fixture
def ui(command, short_folder, start_process):
    """Start and stop `melanoma ui` on one address; gives that, and how."""
    port = free_port()
    command.home.mkdir(exist_ok=True)
    environment = command.environment | {"PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "1"}
    url = f"http://127.0.0.1:{port}/api"

    def start():
        program = [sys.executable, "-m", "flows.command_line", "ui", "--port", str(port)]
        log = short_folder / "ui.log"
        process = start_process(program, log, end_by=signal.SIGTERM, env=environment, cwd=command.user)
        wait_for(lambda: ask(url, "/health"), process)
        return process

    return url, start


def test_of_two_retrainings_at_once_one_runs_and_the_other_waits_or_is_cancelled_as_configured(
    command, ui, short_folder, start_process
):
    url, start_ui = ui
    server, data = start_ui(), short_folder / "images"
    draw_dataset(data, SyntheticConfig(images=72, size_px=48))
    environment = command.environment | {
        "PREFECT_API_URL": url,
        "PREFECT_HOME": str(command.home / "prefect"),
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "MELANOMA_DATA": str(data),
        "DO_NOT_TRACK": "1",
    }
    prefect = [sys.executable, "-m", "prefect"]
    ask(url, "/work_pools/", {"name": POOL, "type": "process"})
    deploying = ["--no-prompt", "deploy", "--name", "weekly-retrain", "--prefect-file", "deployments/prefect.yaml"]
    subprocess.run([*prefect, *deploying], env=environment, cwd=command.source, check=True, capture_output=True)
    weekly = ask(url, "/deployments/name/retrain/weekly-retrain")
    workers = [
        start_process(
            [*prefect, "worker", "start", "--pool", POOL, "--name", name],
            short_folder / f"{name}.log",
            env=environment,
            cwd=command.source,
        )
        for name in ("one", "two")
    ]

    def request(*settings):
        wanted = {"parameters": parameters(command, data, *settings)}
        return ask(url, f"/deployments/{weekly['id']}/create_flow_run", wanted)

    def collide(strategy):
        ask(url, f"/deployments/{weekly['id']}", {"concurrency_options": {"collision_strategy": strategy}}, "PATCH")

    online = {"workers": {"status": {"any_": ["ONLINE"]}}}
    wait_for(lambda: len(ask(url, f"/work_pools/{POOL}/workers/filter", online)) == 2, *workers)
    first = request()
    wait_for(lambda: list((command.home / "building").glob("train-*")), server, *workers)
    (running,) = records(command)
    os.kill(running["process"], signal.SIGSTOP)  # so that it still runs, however long the others take to ask
    try:
        second = request("gates.latency.margin=0.9")
        wait_for(lambda: read_state(url, second)["name"] == "AwaitingConcurrencySlot", server, *workers)
        assert read_state(url, first)["type"] == "RUNNING"
    finally:
        os.kill(running["process"], signal.SIGCONT)
    assert wait_for(lambda: find_end(url, first), server, *workers)["type"] == "COMPLETED"
    wait_for(lambda: len(records(command)) == 2, server, *workers)
    os.kill(records(command)[1]["process"], signal.SIGSTOP)
    try:
        collide("CANCEL_NEW")
        third = request()
        assert wait_for(lambda: find_end(url, third), server, *workers)["type"] == "CANCELLED"
    finally:
        os.kill(records(command)[1]["process"], signal.SIGCONT)
    assert wait_for(lambda: find_end(url, second), server, *workers)["type"] == "COMPLETED"

    before, after = (ask(url, f"/flow_runs/{run['id']}") for run in (first, second))
    assert datetime.fromisoformat(after["start_time"]) >= datetime.fromisoformat(before["end_time"])
    one, two = records(command)
    assert [line["run_id"] for line in (one["promotion"], two["promotion"])] == [one["run_id"], two["run_id"]]
    made = built(one) + built(two)
    assert len(made) == len(set(made))
    # The gates are other ones, and the split asks what its images were to the champion; all else is reused.
    assert [stage for stage, _ in built(two)] == ["split", "promotion"]
    assert one["stages"]["split"]["digest"] == two["stages"]["split"]["digest"]


def test_a_server_that_was_killed_still_knows_who_retrains(command, ui):
    """Else it would end the retraining that runs, and, if that is gone too, never let another one begin."""
    url, start = ui
    server = start()
    flow = ask(url, "/flows/", {"name": "retrain"})
    wanted = {"name": "weekly-retrain", "flow_id": flow["id"], "concurrency_limit": 1}
    weekly = ask(url, "/deployments/", wanted)
    first, second = (ask(url, f"/deployments/{weekly['id']}/create_flow_run", {}) for _ in range(2))

    def submit(run):
        return ask(url, f"/flow_runs/{run['id']}/set_state", {"state": {"type": "PENDING"}})

    lease = submit(first)["state"]["state_details"]["deployment_concurrency_lease_id"]
    os.kill(json.loads((command.home / "server.json").read_text())["process"], signal.SIGKILL)
    assert server.wait(100) == 1
    start()
    assert submit(second)["state"]["name"] == "AwaitingConcurrencySlot"
    assert ask(url, f"/v2/concurrency_limits/leases/{lease}/renew", {}) is None
