"""The trials of a search for hyper-parameters, each a task run, and what the search leaves."""

import os
import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any, cast

from prefect import State, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run
from prefect.states import Completed
from prefect.tasks import TaskRunNameCallbackWithParameters

from melanoma.artifacts.record import Artifact
from melanoma.config.pipeline import PipelineConfig
from melanoma.config.tune import Choice
from melanoma.errors import ConfigError, ModelError
from melanoma.reporting.search_record import COMPLETE, FAILED
from melanoma.runs import is_gone, note
from melanoma.stages.engine import Order, recipe_of
from melanoma.stages.files import TUNE_PAGE
from melanoma.stages.table import TRIAL
from melanoma.stages.trial_plan import TrialPlan
from melanoma.tuning.compute import TrialEnd, TrialJob, compute_trial, open_processes
from melanoma.tuning.outcome import write_outcome
from melanoma.tuning.space import configure_trial, settle_space
from melanoma.tuning.study import (
    Asked,
    StudyPlace,
    ask_trial,
    count_finished,
    end_trial,
    name_study,
    open_study,
    retry_orphans,
)
from tasks.progress import ProgressBar
from tasks.publish import publish_page, publish_table
from tasks.run import Run
from tasks.runner import Cluster
from tasks.stage import tell

Inputs = Mapping[str, Artifact]
Processes = ProcessPoolExecutor | Cluster


class Search:
    """What the trials of a search share.

    Attributes:
        run: The run.
        space: What is searched.
        place: Where the study is.
        plan: Folds and weights of each trial.
        study: The study.
        processes: Where trials are carried out if there are several at once, or the run has a cluster; None: here.
    """

    def __init__(self, run: Run, inputs: Inputs, processes: Processes | None) -> None:
        """Open the study of a run.

        Args:
            run: The run.
            inputs: Ingest and balance for the configuration as it is.
            processes: Where trials are carried out.
        """
        config = run.config
        self.run = run
        self.space = settle_space(config)
        self.plan = TrialPlan(config.tune.folds, run.given_weights)
        recipe = recipe_of(Order(TRIAL, configure_trial(config, {}), inputs, self.plan))
        self.place = StudyPlace(name_study(recipe, self.space, config.tune), run.folder.home, config.tune)
        self.study = open_study(self.place)
        self.processes = processes

    def wants(self, running: int) -> bool:
        """Tell whether another trial is to begin while some are running."""
        tune = self.run.config.tune
        return running < tune.workers and count_finished(self.study) + running < tune.trials

    def ask(self) -> Asked:
        """Begin a trial."""
        maker = {"host": socket.gethostname(), "process": os.getpid(), "run_id": self.run.folder.run_id}
        return ask_trial(self.study, self.space, self.run.config.seed, maker)

    def refuse(self, asked: Asked, problem: ConfigError) -> None:
        """End a trial whose values do not go together."""
        end_trial(self.study, asked, FAILED, problem=str(problem))
        tell(f"{_title(asked)}: not tried: {problem}")


@contextmanager
def open_search(run: Run, inputs: Inputs) -> Iterator[Search]:
    """Open the study that a run goes on with, or begins; put trials in line again whose process was killed.

    Args:
        run: The run.
        inputs: Ingest and balance for the configuration as it is.

    Yields:
        The search.
    """
    workers = run.config.tune.workers
    with ExitStack() as stack:
        pool = stack.enter_context(open_processes(workers)) if workers > 1 and not run.cluster else None
        search = Search(run, inputs, run.cluster or pool)
        retried = retry_orphans(search.study, _has_died)
        tell(f"study {search.place.name}: {count_finished(search.study)} of {run.config.tune.trials} trials are there")
        if retried:
            tell(f"trials {', '.join(map(str, retried))} were cut off; their values are tried again")
        yield search


def _trial_name(parameters: dict[str, Any]) -> str:
    return _title(parameters["asked"])


@task(
    name="trial",
    task_run_name=cast("TaskRunNameCallbackWithParameters", _trial_name),
    tags=["trial"],
    timeout_seconds=timedelta(hours=72).total_seconds(),
    cache_policy=NO_CACHE,
)
def carry_out_trial(search: Search, asked: Asked, config: PipelineConfig, inputs: Inputs) -> State[TrialEnd]:
    """Measure one set of values over the folds, and tell the study."""
    job = _job(search, asked, config, inputs)
    if search.processes:
        end = _compute_elsewhere(search.processes, job)
    else:
        with ProgressBar("trial-progress") as bar:
            end = compute_trial(job, bar.tell)
    end_trial(search.study, asked, end.state, end.folds, end.problem)
    said = _say(end)
    tell(f"{_title(asked)}: {said}")
    if end.state == FAILED:
        raise ModelError(f"trial {asked.number}: {end.problem}")
    name = "Cached" if end.reused else "Completed" if end.state == COMPLETE else "Pruned"
    return Completed(name=name, message=said, data=end)


@task(name="search-page", cache_policy=NO_CACHE)
def show_search(search: Search) -> None:
    """Write the best configuration, the table of trials and the page."""
    run = search.run
    outcome = write_outcome(run.folder.path, search.study, run.config, search.space, run.sources.title)
    note(run.folder, tune=outcome)
    best, place = outcome["best"], run.folder.path / TUNE_PAGE
    values = [{"setting": key, "best": value} for key, value in best["values"].items()]
    publish_table("best-settings", values, "The values of the best trial")
    publish_page("search", "# Search\n\nHistory, importance, trials.", place, "Where the page of the search is")
    tell(f"best: trial {best['trial']}, balanced accuracy {best['balanced_accuracy']:.3f} over folds; page: {place}")


def _job(search: Search, asked: Asked, config: PipelineConfig, inputs: Inputs) -> TrialJob:
    made_by = {"run_id": search.run.folder.run_id, "task_run_id": str(task_run.id) if task_run.id else None}
    return TrialJob(search.place, asked.trial_id, config, dict(inputs), search.plan, time.perf_counter, made_by)


def _compute_elsewhere(processes: Processes, job: TrialJob) -> TrialEnd:
    if isinstance(processes, Cluster):
        return processes.compute(compute_trial, job)
    return processes.submit(compute_trial, job).result()


def _say(end: TrialEnd) -> str:
    if end.state == COMPLETE and end.value is not None:
        folds = ", ".join(f"{value:.3f}" for value in end.folds)
        return f"balanced accuracy {end.value:.3f} (folds {folds}){'; reused' if end.reused else ''}"
    return f"failed: {end.problem}" if end.state == FAILED else "stopped early: worse than the median so far"


def _title(asked: Asked) -> str:
    """Return a trial's number and values, for people."""
    tried = (f"{key.removeprefix('train.')} {_short(value)}" for key, value in asked.values.items())
    return " · ".join([f"trial {asked.number}", *tried])


def _short(value: Choice) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _has_died(maker: Mapping[str, Any]) -> bool:
    """Tell whether the process of a trial is gone; of another machine's nothing is known here."""
    if maker.get("host") != socket.gethostname():
        return False
    return maker["process"] == os.getpid() or is_gone(maker["process"])
