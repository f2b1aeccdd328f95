"""A study: several networks through the pipeline's own stages, by the clean and the leaking protocol, side by side."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from flows.first_stages import prepare
from flows.pipeline import SHARD_RUNNER
from melanoma.config.pipeline import PipelineConfig
from melanoma.config.study import Study
from melanoma.runs import note, read_run
from melanoma.stages.study_runs import CLEAN, LEAKING, Protocol, StudyRun, StudyRuns
from tasks.evaluate import evaluate
from tasks.run import recorded_run
from tasks.stage import tell
from tasks.study import compare, name_network
from tasks.train import train


def name_study() -> str:
    """Name a flow run after its study."""
    plan = flow_run.parameters["plan"]
    return str(plan.title if isinstance(plan, Study) else plan["title"])


@flow(name="study", flow_run_name=name_study, task_runner=SHARD_RUNNER)
def study_networks(data: list[Path], plan: Study, home: Path | None = None) -> dict[str, Any]:
    """Train and evaluate each network of a study, and compare them; what has not changed is reused.

    Args:
        data: Folders or archives of images; several are joined into one set.
        plan: The study.
        home: Where artifacts and runs are kept; by default MELANOMA_HOME, else `.melanoma` in the working folder.

    Returns:
        The record of the comparison, `run.json`; each network has a run of its own.
    """
    runs = tuple(make_network(data, row, protocol, config, home) for row, protocol, config in _list_runs(plan))
    with recorded_run(data, plan.config, home, StudyRuns(plan, runs)) as run:
        compare(run)
    return read_run(run.folder)


@flow(name="study-network", flow_run_name="{row} · {protocol}", task_runner=SHARD_RUNNER)
def make_network(data: list[Path], row: str, protocol: Protocol, config: PipelineConfig, home: Path | None) -> StudyRun:
    """Carry out the pipeline up to evaluate, in a run of its own, for one network of a study.

    Args:
        data: Folders or archives of images.
        row: The row's name.
        protocol: Which of its columns.
        config: What to do, stage by stage.
        home: Where artifacts and runs are kept.

    Returns:
        The artifacts that the study reads.
    """
    tell(f"{row} · {protocol}")
    with recorded_run(data, config, home) as run:
        note(run.folder, study={"row": row, "protocol": protocol})
        ingested, balanced = prepare(run)
        trained = train(run, ingested, balanced)
        evaluated = evaluate(run, ingested, balanced, trained)
    return name_network(row, protocol, balanced, trained, evaluated)


def _list_runs(plan: Study) -> Iterator[tuple[str, Protocol, PipelineConfig]]:
    for row in plan.rows:
        yield row.name, CLEAN, row.clean
        if row.leaking:
            yield row.name, LEAKING, row.leaking
