"""How many shards a second one worker of a Dask cluster ingests, and how many two do, in one run.

    python -m benchmarks.dask_scaling [IMAGES] [REPETITIONS]

Each worker is a process that may use one core, its own: a shard decodes in threads, so that a single worker would
otherwise have the whole machine already. Images are drawn, 600x450, JPEG at quality 90. Workers make shards as the
pipeline's do: key, lock, decoding, measures, sealing, in one home; Prefect's task runs take no part. Rounds of one and
of two workers take turns, and of each the fastest counts. Two workers on two free cores should make close to twice as
many; what is missing is the disk's, the memory's, and that of whoever else uses the machine.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from distributed import LocalCluster

from benchmarks.ingest_rate import draw
from melanoma.artifacts.store import ArtifactStore
from melanoma.config.pipeline import PipelineConfig
from melanoma.data.shards import ShardPlan, plan_shards
from melanoma.data.sources import list_sources
from melanoma.stages.engine import Order, Surroundings, execute
from melanoma.stages.table import INGEST_SHARD

SHARD_IMAGES, SHAPE = 50, (600, 450)


def make_shard(home: Path, plan: ShardPlan) -> str:
    """Make a shard on a worker; return its digest."""
    around = Surroundings(lambda requests: [], lambda *_: None, time.perf_counter, {})
    order = Order(INGEST_SHARD, PipelineConfig(), {}, plan)
    return execute(ArtifactStore(home), order, around).artifact.digest


def stay_on(core: int) -> None:
    """Use one core from now on."""
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def time_shards(workers: int, folder: Path, plans: list[ShardPlan]) -> tuple[float, list[str]]:
    """Make all shards in a new home with some workers; return the seconds and the digests."""
    settings = {"threads_per_worker": 1, "processes": True, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(n_workers=workers, memory_limit=None, **settings) as cluster, cluster.get_client() as client:
        addresses = list(client.scheduler_info(n_workers=-1)["workers"])
        for address, core in zip(addresses, sorted(os.sched_getaffinity(0)), strict=False):
            client.run(stay_on, core, workers=[address])
        for address in addresses:  # what a worker imports and reads once is not timed
            client.submit(make_shard, Path(tempfile.mkdtemp(dir=folder)), plans[0], workers=[address]).result()
        home = Path(tempfile.mkdtemp(dir=folder))
        start = time.perf_counter()
        digests = client.gather([client.submit(make_shard, home, plan) for plan in plans])
        return time.perf_counter() - start, digests


def main() -> None:
    """Print shards a second of one and of two workers, and their ratio."""
    images, repetitions = (int(sys.argv[n]) if len(sys.argv) > n else usual for n, usual in ((1, 1000), (2, 2)))
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("two workers need two cores")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = draw(folder / "set", SHAPE, images)[0].parents[1]
        plans = plan_shards(list_sources([data]).images, SHARD_IMAGES)
        found: dict[int, list[float]] = {1: [], 2: []}
        made = []
        for _ in range(repetitions):
            for workers, times in found.items():
                seconds, digests = time_shards(workers, folder, plans)
                times.append(seconds)
                made.append(digests)
    rates = {workers: len(plans) / min(times) for workers, times in found.items()}
    same = made.count(made[0]) == len(made)
    print(f"{len(plans)} shards of {SHARD_IMAGES} images, in all rounds the same: {same}")
    for workers, rate in rates.items():
        print(f"{workers} worker{'s' * (workers > 1)}   {rate:6.2f} shards/s   {rate * SHARD_IMAGES:7.1f} images/s")
    print(f"two workers make {rates[2] / rates[1]:.2f} times what one makes")


if __name__ == "__main__":
    main()
