"""Carry out one trial: here, or in a process of its own, where nothing of one training reaches another.

Keras is one backend for a whole process: precision, determinism and seeds are switches of all of it. So two trainings
at once need two processes.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import ArtifactStore
from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import ConfigError, ModelError
from melanoma.reporting.search_record import COMPLETE, FAILED, PRUNED
from melanoma.stages.engine import Order, Surroundings, execute
from melanoma.stages.files import TRIAL
from melanoma.stages.job import PartRequest, Progress
from melanoma.stages.table import PARTS
from melanoma.stages.table import TRIAL as TRIAL_STAGE
from melanoma.stages.trial_plan import Pruned, TrialPlan, Watch
from melanoma.tuning.study import StudyPlace, open_study

_PARTS = {stage.name: stage for stage in PARTS}


@dataclass(frozen=True)
class TrialJob:
    """A trial to carry out; all of it can be sent to another process.

    Attributes:
        place: Where its study is.
        trial_id: By which the study's storage knows it.
        config: Its configuration.
        inputs: The artifacts of ingest and balance for that configuration.
        plan: Folds and weights.
        clock: Gives the time in seconds.
        made_by: Who makes it.
    """

    place: StudyPlace
    trial_id: int
    config: PipelineConfig
    inputs: Mapping[str, Artifact]
    plan: TrialPlan
    clock: Callable[[], float]
    made_by: Mapping[str, Any]


@dataclass(frozen=True)
class TrialEnd:
    """How a trial ended.

    Attributes:
        state: ``complete``, ``pruned`` or ``failed``.
        value: Mean balanced accuracy over the folds; None unless complete.
        folds: That of each fold.
        key: The artifact's.
        reused: Whether the same trial had been carried out before.
        problem: Why it failed.
    """

    state: str
    value: float | None = None
    folds: tuple[float, ...] = ()
    key: str = ""
    reused: bool = False
    problem: str = ""


def tell_nobody(text: str, share: float | None = None) -> None:
    """Say nothing of how far a trial in another process is."""


def compute_trial(job: TrialJob, progress: Progress = tell_nobody) -> TrialEnd:
    """Obtain the artifact of a trial, and report each step of its making to the study.

    Args:
        job: The trial.
        progress: Is told how far it is.

    Returns:
        How it ended. A model that cannot be trained so is an end too: the search goes on without it.
    """
    store, made = ArtifactStore(job.place.home), dict(job.made_by)
    plan = replace(job.plan, watch=_watch(job))

    def make_part(request: PartRequest) -> Artifact:
        part = Order(_PARTS[request.stage], job.config, request.inputs, request.material)
        return execute(store, part, around).artifact

    around = Surroundings(lambda requests: [make_part(request) for request in requests], progress, job.clock, made)
    try:
        obtained = execute(store, Order(TRIAL_STAGE, job.config, job.inputs, plan), around)
    except Pruned:
        return TrialEnd(PRUNED)
    except (ModelError, ConfigError) as problem:
        return TrialEnd(FAILED, problem=str(problem))
    found = obtained.artifact.read_json(TRIAL)
    return TrialEnd(COMPLETE, found["value"], tuple(found["folds"]), obtained.artifact.key, obtained.reused)


def open_processes(workers: int) -> ProcessPoolExecutor:
    """Return processes that carry out trials side by side and end with this one, however it ends."""
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _end_with_parent)


def _end_with_parent() -> None:
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    """End at once when the parent has ended; a killed one cannot say so."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _watch(job: TrialJob) -> Watch:
    """Return what reports a trial's steps and stops it where the study's pruner says so."""
    from optuna.trial import Trial

    trial = Trial(open_study(job.place), job.trial_id)

    def watch(step: int, value: float) -> None:
        trial.report(value, step)
        if trial.should_prune():
            raise Pruned

    return watch
