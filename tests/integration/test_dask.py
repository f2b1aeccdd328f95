"""Shards that a real Dask cluster of two worker processes makes are those that threads make, a killed worker or not."""

import json
import os
import signal
import time
import warnings
from itertools import chain
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("dask")
SMALL = ("ingest.size_px=48", "ingest.shard_images=10", "balance.images_per_class=20")


def settings(runner):
    return [part for setting in (*SMALL, f"runner={runner}") for part in ("--set", setting)]


def manifests(home, stage):
    """Return digest and key of each artifact of a stage."""
    found = [json.loads(path.read_text()) for path in (home / "artifacts" / stage).glob("*/manifest.json")]
    return sorted((artifact["key"], artifact["digest"]) for artifact in found)


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes of one thread each, on loopback; a nanny starts a new one where one dies."""
    from distributed import LocalCluster

    with (
        warnings.catch_warnings(action="ignore"),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            memory_limit=None,
        ) as started,
    ):
        yield started


@pytest.fixture(scope="module")
def by_threads(make_reporting, drawn_set, tmp_path_factory):
    """A home in which threads have made all up to the copies."""
    command = make_reporting(tmp_path_factory.mktemp("threads"))
    answer = command("balance", "--data", drawn_set, *settings("threads"))
    assert answer.code == 0, answer.err
    return command.home


def test_a_cluster_makes_what_threads_make_under_the_same_keys(cluster, by_threads, command, drawn_set):
    answer = command("balance", "--data", drawn_set, *settings(cluster.scheduler_address))
    assert answer.code == 0, answer.err
    for stage in ("ingest", "ingest-shard", "balance", "balance-shard"):
        assert manifests(command.home, stage) == manifests(by_threads, stage), stage
    made = len(manifests(command.home, "ingest-shard")) + len(manifests(command.home, "balance-shard"))
    assert sum(executed_by(cluster).values()) >= made > 20  # by the workers, not beside them
    assert all(executed_by(cluster).values())


def test_a_run_survives_the_death_of_a_worker_in_the_middle_of_a_shard(cluster, by_threads, command, drawn_set):
    process = command.start("ingest", drawn_set, *settings(cluster.scheduler_address))
    killed, left = kill_one_that_builds(cluster, command.home, process)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    assert killed not in pids_of(cluster)
    assert manifests(command.home, "ingest-shard") == manifests(by_threads, "ingest-shard")
    assert manifests(command.home, "ingest") == manifests(by_threads, "ingest")
    stage, _, key = left.name.rpartition("-")
    assert (stage, key) in [("ingest-shard", made) for made, _ in manifests(command.home, "ingest-shard")]
    assert list((command.home / "building").iterdir()) == []


def test_a_scheduler_that_does_not_answer_ends_the_run_with_one_line(command, drawn_set):
    answer = command("ingest", drawn_set, *settings("tcp://127.0.0.1:9"))
    assert answer.code == 1
    assert len(answer.err.splitlines()) == 1
    assert answer.err.startswith(
        "melanoma: runner=tcp://127.0.0.1:9: no Dask scheduler answers there within 5 s; start"
    )
    assert not (command.home / "artifacts").exists()


def executed_by(cluster):
    """Return how many pieces of work each worker that lives now has carried out."""
    from distributed import Client

    with Client(cluster) as client:
        return client.run(lambda dask_worker: dask_worker.state.executed_count)


def pids_of(cluster):
    return [worker.pid for worker in cluster.workers.values()]


def kill_one_that_builds(cluster, home, process):
    """Stop the workers while one of them holds a building folder, kill that one, and let the other go on."""
    while process.poll() is None:
        if not any((home / "building").glob("ingest-shard-*")):
            time.sleep(0.0005)
            continue
        pids = pids_of(cluster)
        signal_all(pids, signal.SIGSTOP)
        held = {pid: folder for pid in pids for folder in folders_held(pid, home)}
        if held:
            victim, folder = next(iter(held.items()))
            os.kill(victim, signal.SIGKILL)
        signal_all([pid for pid in pids if not held or pid != victim], signal.SIGCONT)
        if held:
            return victim, folder
    raise AssertionError(process.communicate())


def signal_all(pids, kind):
    for pid in pids:
        os.kill(pid, kind)


def folders_held(pid, home):
    """Return the building folders whose locks a stopped process holds."""
    opened = (str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir())
    locks = [Path(name) for name in opened if name.startswith(f"{home}/locks/ingest-shard-")]
    return list(chain.from_iterable((home / "building").glob(lock.stem) for lock in locks))
