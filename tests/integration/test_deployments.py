"""The deployments, on a real server, carried out by a real worker; and `melanoma serve`, which is all of it in one."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.networks import LEARNED
from tests.prefect_api import ask, find_end
from tests.processes import free_port, wait_for


@pytest.fixture
def start(command, start_process, tmp_path):
    """Start a module that ends with the test; its log is named for it."""

    def begin(arguments, environment, end_by=signal.SIGKILL):
        log, options = tmp_path / f"{'-'.join(arguments[:2])}.log", {"env": environment, "cwd": command.source}
        return start_process([sys.executable, "-m", *arguments], log, end_by=end_by, **options)

    return begin


def _deployments(url):
    return {entry["name"]: entry for entry in ask(url, "/deployments/filter", {})}


def _parameters(command, data):
    from melanoma.config.loading import load_config

    settings = [part for part in command.quick() if part != "--set"]
    return {
        "data": str(data),
        "home": str(command.home),
        "config": load_config(settings=settings).model_dump(mode="json"),
    }


def test_all_deployments_reach_a_server_and_a_worker_carries_one_out(command, drawn_set, start):
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    environment = command.environment | {
        "PREFECT_API_URL": url,
        "PREFECT_HOME": str(command.home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "MELANOMA_DATA": str(drawn_set),
    }
    (command.home / "prefect").mkdir(parents=True)
    server = start(["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)], environment)
    wait_for(lambda: ask(url, "/health"), server)
    for arguments in (
        ["work-pool", "create", "melanoma", "--type", "process"],
        ["--no-prompt", "deploy", "--all", "--prefect-file", "deployments/prefect.yaml"],
    ):
        subprocess.run([sys.executable, "-m", "prefect", *arguments], env=environment, cwd=command.source, check=True)
    full, weekly, daily = (_deployments(url)[name] for name in ("full", "weekly-retrain", "monitor"))
    assert (full["entrypoint"], weekly["entrypoint"]) == ("flows.pipeline.pipeline", "flows.retrain.retrain")
    assert (daily["entrypoint"], daily["global_concurrency_limit"]["limit"]) == ("flows.monitor.monitor", 1)
    assert daily["schedules"][0]["schedule"]["cron"] == "0 6 * * *"
    assert full["parameters"]["data"] == str(drawn_set)
    assert (full["schedules"], weekly["global_concurrency_limit"]["limit"]) == ([], 1)
    assert [(entry["schedule"]["cron"], entry["schedule"]["timezone"]) for entry in weekly["schedules"]] == [
        ("0 3 * * 1", "UTC")
    ]

    worker = start(["prefect", "worker", "start", "--pool", "melanoma"], environment)
    run = ask(url, f"/deployments/{full['id']}/create_flow_run", {"parameters": _parameters(command, drawn_set)})
    state = wait_for(lambda: find_end(url, run), worker)
    assert state["type"] == "COMPLETED", state
    names = [task["name"] for task in ask(url, "/task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})]
    assert any(name.startswith("train · cnn") for name in names), names
    artifacts = {a["key"] for a in ask(url, "/artifacts/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})}
    assert {"class-table", "findings", "training-curves", "confusion-matrix", "summary"} <= artifacts


def test_a_ui_that_is_ended_takes_its_server_and_its_note_with_it(command, start):
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    program = ["flows.command_line", "ui", "--port", str(port)]
    ui = start(program, command.environment, signal.SIGTERM)
    wait_for(lambda: (command.home / "server.json").exists(), ui)
    assert ask(url, "/health")
    ui.terminate()
    assert ui.wait(60) == 128 + signal.SIGTERM
    assert not (command.home / "server.json").exists()
    with pytest.raises(OSError, match="refused"):
        ask(url, "/health")


def test_serve_offers_all_deployments_carries_one_out_and_ends_by_ctrl_c(command, drawn_set, start, tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    settings = command.quick(*LEARNED)
    times = ["--schedule", "monitor=30 5 * * *", "--timezone", "Europe/Berlin"]
    program = ["flows.command_line", "serve", "--data", str(drawn_set), "--port", str(port), *times, *settings]
    serving = start(program, command.environment, signal.SIGTERM)
    offered = wait_for(lambda: (found := _deployments(url)) and len(found) == 3 and found, serving)
    assert offered["weekly-retrain"]["schedules"][0]["schedule"]["cron"] == "0 3 * * 1"
    automations = wait_for(lambda: len(found := ask(url, "/automations/filter", {})) == 3 and found, serving)
    assert {entry["enabled"] for entry in automations} == {True}
    schedule = offered["monitor"]["schedules"][0]["schedule"]
    assert (schedule["cron"], schedule["timezone"]) == ("30 5 * * *", "Europe/Berlin")
    run = ask(url, f"/deployments/{offered['weekly-retrain']['id']}/create_flow_run", {})
    state = wait_for(lambda: find_end(url, run), serving)
    assert state["type"] == "COMPLETED", state
    assert [entry["status"] for entry in command.status()] == ["finished"]
    wanted = {"filter": {"event": {"name": ["melanoma.model.promoted"]}}}
    (event,) = wait_for(lambda: ask(url, "/events/filter", wanted)["events"], serving)
    (line,) = (command.home / "promotions.jsonl").read_text().splitlines()
    assert event["resource"]["prefect.resource.id"] == f"melanoma.run.{json.loads(line)['run_id']}"

    answer = command("run", "--data", drawn_set, *settings)
    assert answer.code == 0
    assert f"server {url}" in answer.out
    states = [task["state_name"] for task in ask(url, "/task_runs/filter", {}) if task["state_name"] == "Cached"]
    assert len(states) >= 7

    os.killpg(serving.pid, signal.SIGINT)  # what Ctrl-C in a terminal does: all of the group get it
    assert serving.wait(60) == 0
    assert "Traceback" not in (tmp_path / "flows.command_line-serve.log").read_text()
    with pytest.raises(OSError, match="refused"):
        ask(url, "/health")


def test_a_schedule_that_is_none_ends_serve_with_one_line_and_its_server_with_it(command, drawn_set):
    port = free_port()
    answer = command("serve", "--data", drawn_set, "--port", port, "--schedule", "monitor=61 * * * *")
    assert (answer.code, answer.out) == (2, "")
    (line,) = answer.err.splitlines()
    assert line.startswith("melanoma: --schedule monitor=61 * * * *: ")
    with pytest.raises(OSError, match="refused"):
        ask(f"http://127.0.0.1:{port}/api", "/health")


def test_a_schedule_or_a_zone_that_names_nothing_is_told_before_anything_is_made(command, drawn_set):
    for option, value in (("--schedule", "weekly=0 6 * * *"), ("--timezone", "Mars/Base")):
        answer = command("serve", "--data", drawn_set, option, value)
        assert answer.code == 2
        (line,) = answer.err.splitlines()
        assert line.startswith(f"melanoma: {option} {value}: ")
    assert not command.home.exists()
