"""Where shards and trials are made if not in threads of this process: on the workers of a Dask cluster.

Dask is imported only where a cluster is asked for.
"""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from prefect import Task

from melanoma.artifacts.record import Artifact, Recipe
from melanoma.errors import MelanomaError, UsageError

if TYPE_CHECKING:
    from prefect_dask.client import PrefectDaskClient
    from prefect_dask.task_runners import DaskTaskRunner

THREADS, LOCAL = "threads", "dask"
_LOOPBACK = "127.0.0.1"
_ANSWERS_WITHIN_S = 5
_TURN = threading.Lock()  # of a worker's process
Given = TypeVar("Given")
Result = TypeVar("Result")


class Cluster:
    """A Dask cluster; one of this machine begins when it first gets work."""

    def __init__(self, runner: "DaskTaskRunner") -> None:
        """Take a task runner of Prefect that has been started.

        Args:
            runner: The task runner.
        """
        self._runner = runner
        self._connecting = threading.Lock()

    def connect(self) -> "PrefectDaskClient":
        """Return the client of the cluster, connected to it the first time.

        Raises:
            OSError: If it does not answer.
        """
        with self._connecting:  # two trials that begin at once would begin two clusters
            return self._runner.client

    def map(self, task: Task[..., Result], parameters: Mapping[str, Any]) -> list[Result]:
        """Carry out a task on the workers, once for each item of those parameters that are lists.

        Args:
            task: The task.
            parameters: As `Task.map` takes them.

        Returns:
            What the task runs return, in order.

        Raises:
            MelanomaError: If workers died of one of them again and again, or the scheduler is gone.
        """
        self.connect()
        with _losses_told():
            return cast("list[Result]", self._runner.map(task, dict(parameters)).result())

    def compute(self, function: Callable[[Given], Result], given: Given) -> Result:
        """Call a function on a worker.

        Args:
            function: One that needs a process for itself; those in one process take turns.
            given: Its argument.

        Raises:
            MelanomaError: If workers died of it again and again, or the scheduler is gone.
        """
        client: Any = self.connect()
        with _losses_told():
            return cast("Result", client.submit(_take_turn, function, given, pure=False).result())


@contextmanager
def open_cluster(choice: str, needed: Sequence[Path]) -> Iterator[Cluster | None]:
    """Open the cluster that a configuration names, and close what was begun for it.

    Args:
        choice: `PipelineConfig.runner`.
        needed: Files and folders that every worker has to see.

    Yields:
        The cluster; None: shards are made in threads of this process.

    Raises:
        UsageError: If Dask is not installed.
        MelanomaError: If the cluster does not answer, has no worker, or one that cannot do the work.
    """
    if choice == THREADS:
        yield None
        return
    with _task_runner(choice) as runner:
        cluster = Cluster(runner)
        if choice != LOCAL:
            _require_workers(cluster, choice, needed)
        yield cluster


def require_same_key(recipe: Recipe, made: Artifact) -> None:
    """Refuse a part that a worker made from something else than is here.

    Args:
        recipe: What it is made from here.
        made: The part.

    Raises:
        MelanomaError: If its key is another.
    """
    if made.key != recipe.key:
        raise MelanomaError(
            f"runner: a worker made {made.stage} {made.key[:8]} with other code or libraries than are here, where it "
            f"is {recipe.key[:8]}; install the same versions on all machines"
        )


def _task_runner(choice: str) -> "DaskTaskRunner":
    if not (find_spec("distributed") and find_spec("prefect_dask")):
        raise UsageError(f"runner={choice}: Dask is not installed; install melanoma[dask]")
    import dask

    # It is read when distributed is imported; what it says of a lost worker would stand between our lines.
    dask.config.set({"logging": {"distributed": "critical", "distributed.client": "critical"}})
    from prefect_dask.task_runners import DaskTaskRunner

    if choice != LOCAL:
        return DaskTaskRunner(address=choice, client_kwargs={"timeout": _ANSWERS_WITHIN_S})
    settings = {
        "n_workers": max(2, (os.cpu_count() or 1) // 2),  # a shard uses several cores for much of its time
        "threads_per_worker": 1,
        "processes": True,
        "host": _LOOPBACK,
        "dashboard_address": f"{_LOOPBACK}:0",
        "worker_dashboard_address": f"{_LOOPBACK}:0",
        "memory_limit": None,  # pixels that are mapped into memory are not the worker's own
    }
    return DaskTaskRunner(cluster_kwargs=settings)


def _require_workers(cluster: Cluster, address: str, needed: Sequence[Path]) -> None:
    try:
        client = cluster.connect()
    except OSError as problem:
        raise MelanomaError(
            f"runner={address}: no Dask scheduler answers there within {_ANSWERS_WITHIN_S} s; start one by `dask "
            "scheduler`, or leave runner out"
        ) from problem
    try:
        client.wait_for_workers(1, timeout=_ANSWERS_WITHIN_S)
    except TimeoutError as problem:
        raise MelanomaError(f"runner={address}: has no worker; start one by `dask worker {address}`") from problem
    for worker, found in client.run(_find_absent, list(needed), on_error="return").items():
        if isinstance(found, Exception):
            raise MelanomaError(
                f"runner={address}: worker {worker} cannot import melanoma ({found}); install the same version there"
            )
        if found:
            raise MelanomaError(
                f"runner={address}: worker {worker} does not see {found[0]}; put it on a file system that all share"
            )


def _find_absent(needed: Sequence[Path]) -> list[Path]:
    return [path for path in needed if not path.exists()]


def _take_turn(function: Callable[[Given], Result], given: Given) -> Result:
    with _TURN:
        return function(given)


@contextmanager
def _losses_told() -> Iterator[None]:
    """Tell the loss of workers or scheduler in one line."""
    from distributed import CancelledError, KilledWorker

    try:
        yield
    except KilledWorker as problem:
        raise MelanomaError(
            f"runner: the same work was lost with its worker {problem.allowed_failures + 1} times, the last at "
            f"{problem.last_worker.address}; look at that machine's memory and log"
        ) from problem
    except CancelledError as problem:
        raise MelanomaError("runner: the Dask scheduler is gone; start it and run the command again") from problem
