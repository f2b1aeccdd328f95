"""What all tasks have in common: carry out a stage, say so in Prefect and in the run's record."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from prefect import State, Task, get_run_logger, task, unmapped
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.runtime import task_run
from prefect.states import Completed
from prefect.tasks import TaskRunNameCallbackWithParameters

from melanoma.artifacts.record import Artifact
from melanoma.artifacts.store import Obtained
from melanoma.errors import MelanomaError
from melanoma.runs import note_stage, read_run
from melanoma.stages.engine import Order, Surroundings, execute, recipe_of
from melanoma.stages.job import Material, PartRequest
from melanoma.stages.table import (
    COMPARE,
    EVALUATE_DATA,
    INGEST,
    MONITOR,
    PARTS,
    PIPELINE,
    PROMOTION,
    REPORT,
    SPLIT,
    STUDY,
    TRAIN,
    VALIDATE,
    Stage,
)
from tasks.progress import ProgressBar
from tasks.publish import publish_maker
from tasks.run import Run
from tasks.runner import require_same_key

Given = ParamSpec("Given")
_PARTS = {stage.name: stage for stage in PARTS}
_TOLD = {stage.name for stage in (*PIPELINE, COMPARE, EVALUATE_DATA, MONITOR, PROMOTION, STUDY)}


def stage_task(
    stage: Stage, timeout: timedelta, retries: int = 0
) -> Callable[[Callable[Concatenate[Run, ...], Obtained]], Callable[..., Artifact]]:
    """Make a Prefect task of a function that obtains a stage's artifact.

    A reused artifact ends the task run in the state `Cached`, and a link leads to the task run that made it.

    Args:
        stage: The stage.
        timeout: After which the task run fails.
        retries: How often it is tried again after a failure of input or output.

    Returns:
        The decorator. The task takes the run and the artifacts that the stage reads, and returns its artifact.
    """

    def decorate(function: Callable[Concatenate[Run, ...], Obtained]) -> Callable[..., Artifact]:
        @wraps(function)
        def run_and_note(run: Run, *inputs: Artifact) -> State[Artifact] | Artifact:
            obtained = function(run, *inputs)
            if not obtained.reused:
                return obtained.artifact
            publish_maker(obtained.artifact)
            return _as_state(obtained)

        made = task(
            name=stage.name,
            task_run_name=_run_name_of(stage),
            tags=[stage.name],
            timeout_seconds=timeout.total_seconds(),
            retries=retries,
            retry_delay_seconds=5,
            retry_condition_fn=_is_io,
            cache_policy=NO_CACHE,
        )(run_and_note)
        return cast("Callable[..., Artifact]", made)

    return decorate


def carry_out(run: Run, stage: Stage, *inputs: Artifact) -> Obtained:
    """Carry out a stage inside a task, and note in the run's record what became of it.

    Args:
        run: The run.
        stage: The stage.
        *inputs: The artifacts that it reads, in any order.

    Returns:
        Its artifact, and whether it was reused.
    """
    order, start = _order(run, stage, inputs), time.perf_counter()
    with ProgressBar(f"{stage.name}-progress") as bar:
        obtained = execute(run.store, order, _surroundings(run, bar.tell))
    _note(run, obtained, time.perf_counter() - start)
    return obtained


def tell(text: str) -> None:
    """Say one line, in the terminal and in the Prefect UI."""
    get_run_logger().info(text)


def _order(run: Run, stage: Stage, inputs: Sequence[Artifact]) -> Order:
    return Order(stage, run.config, {artifact.stage: artifact for artifact in inputs}, _material(run, stage))


def _material(run: Run, stage: Stage) -> Material | None:
    if stage.name == REPORT.name:
        return run.shown_study  # looks through all runs, so that only a report asks for it
    if stage.name in (MONITOR.name, PROMOTION.name):
        return run.challenge  # looks through all images
    materials: dict[str, Material | None] = {
        INGEST.name: run.sources,
        VALIDATE.name: run.given_files,
        SPLIT.name: run.earlier_roles,
        TRAIN.name: run.given_weights,
        EVALUATE_DATA.name: run.test,
        STUDY.name: run.study,
        COMPARE.name: run.compared,
    }
    return materials.get(stage.name)


def _surroundings(run: Run, progress: Callable[..., None]) -> Surroundings:
    return Surroundings(
        make_parts=lambda requests: _make_parts(run, requests),
        progress=progress,
        clock=time.perf_counter,
        made_by={"run_id": run.folder.run_id, "task_run_id": str(task_run.id) if task_run.id else None},
    )


def _make_parts(run: Run, requests: Sequence[PartRequest]) -> list[Artifact]:
    """Map the parts over Prefect's task runner, or over the run's cluster."""
    if not requests:
        return []
    if run.cluster is None:
        return make_part.map(unmapped(run), list(requests)).result()
    parts = run.cluster.map(make_part, {"run": unmapped(run), "request": list(requests)})
    for request, part in zip(requests, parts, strict=True):
        require_same_key(recipe_of(_part_order(run, request)), part)
    return parts


def _part_name(parameters: dict[str, Any]) -> str:
    request: PartRequest = parameters["request"]
    return f"{request.stage} · {request.title} · {request.material.digest[:8]}"


def _is_io(_: Task[..., Any], __: TaskRun, state: State) -> bool:
    """Try again after the operating system's errors, never after our own, which a second try would meet again."""
    problem = state.result(raise_on_failure=False)
    return isinstance(problem, OSError) and not isinstance(problem, MelanomaError)


@task(
    name="part",
    task_run_name=cast("TaskRunNameCallbackWithParameters", _part_name),
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=_is_io,
    cache_policy=NO_CACHE,
)
def make_part(run: Run, request: PartRequest) -> Artifact:
    """Make one part of a stage's result, such as a shard, or reuse it."""
    obtained = execute(run.store, _part_order(run, request), _surroundings(run, lambda *_: None))
    return cast("Artifact", _as_state(obtained)) if obtained.reused else obtained.artifact


def _part_order(run: Run, request: PartRequest) -> Order:
    return Order(_PARTS[request.stage], run.config, request.inputs, request.material)


def _run_name_of(stage: Stage) -> TaskRunNameCallbackWithParameters:
    """Name a task run ``train · cnn · 1f3c9a2b``: stage, what is special about it, its key if that is known yet."""

    def name(parameters: dict[str, Any]) -> str:
        run: Run = parameters["run"]
        order = _order(run, stage, _artifacts_in(parameters))
        key = recipe_of(order).key if set(stage.inputs) <= set(order.inputs) else ""
        special = {
            "ingest": f"{len(run.sources.images)} images",
            "split": run.config.split.protocol,
            "balance": run.config.balance.mode,
            "train": run.config.train.network,
            "evaluate": run.config.train.network,
        }.get(stage.name)
        return " · ".join(part for part in (stage.name, special, key[:8]) if part)

    return cast("TaskRunNameCallbackWithParameters", name)


def _artifacts_in(parameters: dict[str, Any]) -> list[Artifact]:
    """Return the artifacts among a task's parameters, named or in a sequence."""
    values = [item for value in parameters.values() for item in (value if isinstance(value, tuple) else (value,))]
    return [value for value in values if isinstance(value, Artifact)]


def _as_state(obtained: Obtained) -> State[Artifact]:
    maker = obtained.artifact.made_by.get("task_run_id")
    message = f"reused; made by task run {maker}" if maker else "reused"
    return Completed(name="Cached", message=message, data=obtained.artifact)


def _note(run: Run, obtained: Obtained, seconds: float) -> None:
    artifact = obtained.artifact
    entry = {
        "key": artifact.key,
        "digest": artifact.digest,
        "state": "Cached" if obtained.reused else "Completed",
        "seconds": round(seconds, 3),
        "task_run_id": str(task_run.id) if task_run.id else None,
        "made_by": dict(artifact.made_by),
    }
    noted = read_run(run.folder)["stages"].get(artifact.stage, {})
    if not (obtained.reused and noted.get("key") == artifact.key):  # of a figure that two stages show the first counts
        note_stage(run.folder, artifact.stage, entry)
    if artifact.stage in _TOLD:
        tell(f"{artifact.stage}: {'reused' if obtained.reused else 'done'} in {seconds:.1f} s")
