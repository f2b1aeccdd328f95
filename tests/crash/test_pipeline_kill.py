"""A run that is killed in the middle of any stage is finished by the same command, with the same digests."""

import signal
import time

STAGES = ["ingest", "validate", "split", "balance", "train", "evaluate", "robustness", "explain", "report"]


def _kill_during(command, stage, data):
    """Start the pipeline and kill it as soon as it is building a stage."""
    process = command.start("run", "--data", data, *command.quick())
    deadline = time.monotonic() + 200
    while not list((command.home / "building").glob(f"{stage}-*")):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_killed_in_each_stage_it_finishes_with_the_digests_of_an_undisturbed_run(
    make_command, make_reporting, drawn_set, tmp_path
):
    undisturbed = make_command(tmp_path / "a").run(drawn_set)
    command = make_reporting(tmp_path / "b")
    for stage in STAGES:
        _kill_during(command, stage, drawn_set)
    record = command.run(drawn_set)
    deterministic = [stage for stage in STAGES if stage != "report"]  # the report quotes the ids of task runs
    assert {stage: record["stages"][stage]["digest"] for stage in deterministic} == {
        stage: undisturbed["stages"][stage]["digest"] for stage in deterministic
    }
    states = [run["status"] for run in command.status()]
    assert states == ["interrupted"] * len(STAGES) + ["finished"]


def test_two_of_the_same_command_at_once_compute_each_stage_once(make_command, drawn_set, tmp_path):
    command = make_command(tmp_path)
    both = [command.start("run", "--data", drawn_set, *command.quick()) for _ in range(2)]
    ends = [process.communicate(timeout=500) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    records = [command.record(run["run_id"]) for run in command.status()]
    for stage in STAGES:
        assert sorted(record["stages"][stage]["state"] for record in records) == ["Cached", "Completed"], stage
        assert len({record["stages"][stage]["digest"] for record in records}) == 1


def test_servers_that_start_at_once_in_a_fresh_home_all_come_up(make_command, tmp_path):
    """Each makes the tables that are missing; two at once used to end one of them."""
    command = make_command(tmp_path)
    code = (
        "import os, sys; from pathlib import Path; from flows.terminal import prepare_environment\n"
        "prepare_environment(Path(os.environ['MELANOMA_HOME'])); from flows.server import start_temporary_server\n"
        "start_temporary_server()()"
    )
    starting = [command.start(code=code) for _ in range(4)]
    ends = [process.communicate(timeout=300) for process in starting]
    assert [process.returncode for process in starting] == [0] * 4, ends
