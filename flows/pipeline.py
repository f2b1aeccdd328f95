"""The pipeline: from a folder of dermoscopy images to a report."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from prefect import flow
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.deployed_run import watch_deployed
from flows.run_name import name_of_training
from melanoma.artifacts.record import Artifact
from melanoma.config.pipeline import PipelineConfig
from melanoma.runs import read_run
from melanoma.training.method import settle_method
from tasks.balance import balance
from tasks.evaluate import evaluate
from tasks.explain import explain
from tasks.ingest import ingest
from tasks.report import report
from tasks.robustness import robustness
from tasks.run import Run, recorded_run
from tasks.split import split
from tasks.track import track
from tasks.tracking_place import require_wanted
from tasks.train import train
from tasks.validate import validate

if TYPE_CHECKING:
    from prefect.futures import PrefectFuture

DEFAULTS = PipelineConfig()
# A shard uses every core by itself; a second one decodes while the first is written. More would only take memory.
SHARD_RUNNER = cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=2))


@flow(name="pipeline", flow_run_name=name_of_training, task_runner=SHARD_RUNNER, on_running=[watch_deployed])
def pipeline(data: Path | list[Path], config: PipelineConfig = DEFAULTS, home: Path | None = None) -> dict[str, Any]:
    """Ingest, validate, split, balance, train, evaluate, try out, explain, report; what has not changed is reused.

    Args:
        data: The folder or archive that holds the images; of several, all are joined into one set.
        config: What to do, stage by stage.
        home: Where artifacts and runs are kept; by default MELANOMA_HOME, else `.melanoma` in the working folder.

    Returns:
        The run's record, `run.json`.
    """
    require_wanted(config.tracking)
    settle_method(config.train)  # an option that does not go with the network is refused before any work
    with recorded_run(data, config, home) as run:
        carry_out_all(run)
    return read_run(run.folder)


def carry_out_all(run: Run) -> tuple[Artifact, Artifact, Artifact, Artifact]:
    """Carry out every stage, reusing what has not changed; return what ingest, split, train and evaluate made."""
    ingested = ingest(run)
    audited = validate(run, ingested)
    divided = split(run, ingested, audited)
    balanced = balance(run, ingested, divided)
    trained = train(run, ingested, balanced)
    evaluated = evaluate(run, ingested, balanced, trained)
    tried = robustness(run, ingested, balanced, trained, evaluated)
    explained = explain(run, ingested, balanced, trained, evaluated)
    report(run, ingested, audited, divided, balanced, trained, evaluated, tried, explained)
    track(run)
    return ingested, divided, trained, evaluated
