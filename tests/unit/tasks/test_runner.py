"""Clusters that cannot do the work are refused in one line."""

import os
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from melanoma.artifacts.record import Artifact, Recipe
from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.errors import MelanomaError, UsageError
from melanoma.runs import RunFolder
from melanoma.stages.engine import Order, recipe_of
from melanoma.stages.table import ALL_STAGES
from tasks import runner
from tasks.run import Run


def test_threads_need_no_cluster():
    with runner.open_cluster("threads", []) as cluster:
        assert cluster is None


def test_without_the_extra_one_line_names_it(monkeypatch):
    monkeypatch.setattr(runner, "find_spec", lambda name: None)
    with (
        pytest.raises(UsageError, match=r"runner=dask: Dask is not installed; install melanoma\[dask\]"),
        runner.open_cluster("dask", []),
    ):
        pass


@pytest.mark.parametrize("wrong", ["ray", "host:8786", "tcp://host", "http://host:8786", ""])
def test_what_names_no_runner_is_refused(wrong):
    with pytest.raises(ValidationError, match="runner"):
        PipelineConfig(runner=wrong)


@pytest.mark.parametrize("known", ["dask", "tcp://10.0.0.1:8786"])
@pytest.mark.parametrize("stage", ALL_STAGES, ids=lambda stage: stage.name)
def test_the_runner_is_part_of_no_key(stage, known):
    inputs = {name: Artifact(name, "key", "digest", Path()) for name in stage.inputs}
    with_threads, with_dask = (
        recipe_of(Order(stage, PipelineConfig(runner=name), inputs)).key for name in ("threads", known)
    )
    assert with_threads == with_dask


def test_a_scheduler_that_does_not_answer_is_told():
    with (
        pytest.raises(MelanomaError, match=r"runner=tcp://127.0.0.1:9: no Dask scheduler answers there within 5 s"),
        runner.open_cluster("tcp://127.0.0.1:9", []),
    ):
        pass


def test_a_part_that_was_made_from_something_else_is_refused():
    recipe = Recipe("ingest-shard", {"version": 1})
    runner.require_same_key(recipe, Artifact("ingest-shard", recipe.key, "digest", Path()))
    other = Recipe("ingest-shard", {"version": 2}).key
    with pytest.raises(MelanomaError, match=f"a worker made ingest-shard {other[:8]} with other code or libraries"):
        runner.require_same_key(recipe, Artifact("ingest-shard", other, "digest", Path()))


def test_what_travels_to_a_worker_does_not_grow_with_the_set(drawn_folder):
    run = Run(RunFolder(Path("home"), "a run"), list_sources([drawn_folder]), PipelineConfig())
    sent = pickle.dumps(run)
    assert b"ISIC_" not in sent
    arrived = pickle.loads(sent)  # noqa: S301 - what was pickled one line above
    assert (arrived.folder, arrived.config, arrived.store.home) == (run.folder, run.config, run.store.home)


@pytest.fixture(scope="module")
def scheduler():
    """A scheduler on loopback that has no worker yet."""
    from distributed import LocalCluster

    settings = {"processes": False, "protocol": "tcp", "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(n_workers=0, worker_dashboard_address="127.0.0.1:0", **settings) as cluster:
        yield cluster


def test_a_scheduler_without_workers_is_told(scheduler, monkeypatch):
    monkeypatch.setattr(runner, "_ANSWERS_WITHIN_S", 1)
    with (
        pytest.raises(MelanomaError, match="has no worker; start one by `dask worker tcp://"),
        runner.open_cluster(scheduler.scheduler_address, []),
    ):
        pass


def test_a_worker_that_does_not_see_the_home_is_told(scheduler, tmp_path):
    scheduler.scale(1)
    with (
        pytest.raises(MelanomaError, match=f"does not see {tmp_path}/absent; put it on a file system that all share"),
        runner.open_cluster(scheduler.scheduler_address, [tmp_path, tmp_path / "absent"]),
    ):
        pass


@pytest.fixture(scope="module")
def own_cluster():
    """What `runner=dask` begins, except that it gives up work at the first worker that dies of it."""
    import dask

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        runner.open_cluster("dask", []) as cluster,
    ):
        yield cluster


def test_work_is_done_in_processes_of_its_own_that_only_this_machine_reaches(own_cluster):
    workers = {own_cluster.compute(lambda _: os.getpid(), number) for number in range(4)}
    assert os.getpid() not in workers
    listening = {address for pid in (*workers, os.getpid()) for address in listening_addresses(pid)}
    assert listening == {"0100007F"}  # 127.0.0.1, its bytes from the last


def test_work_in_one_process_takes_turns(own_cluster):
    client = own_cluster.connect()
    worker = next(iter(client.scheduler_info()["workers"]))
    assert client.submit(take_turns, workers=[worker]).result() == ["in", "out"] * 3


def test_work_that_its_worker_dies_of_again_and_again_ends_in_one_line(own_cluster):
    with pytest.raises(MelanomaError, match="the same work was lost with its worker 1 times, the last at tcp://127"):
        own_cluster.compute(os._exit, 1)


def take_turns():
    """Note when each of three threads of one process begins and ends its work."""
    noted = []

    def work(number):
        noted.append("in")
        time.sleep(0.01 * number)
        noted.append("out")

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda number: runner._take_turn(work, number), range(3)))
    return noted


def listening_addresses(pid):
    """Return the addresses at which a process listens, as the kernel writes them."""
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    by_inode = {line[9]: line[1].rpartition(":")[0] for line in lines if line[3] == "0A"}
    opened = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()]
    sockets = [name.removeprefix("socket:[").removesuffix("]") for name in opened if name.startswith("socket:[")]
    return [by_inode[inode] for inode in sockets if inode in by_inode]


def test_a_run_that_is_judged_elsewhere_too_is_the_same_run_though_workers_are_sent_less_of_it(tmp_path):
    (tmp_path / "nevus").mkdir()
    (tmp_path / "nevus" / "a.jpg").write_bytes(b"a")
    run = Run(RunFolder(tmp_path / "home", "a"), list_sources([tmp_path / "nevus"]), PipelineConfig())
    judged = run.judged_on(())
    assert (judged.sources, judged.folder, judged.config) == (run.sources, run.folder, run.config)
    assert judged.retraining is None
