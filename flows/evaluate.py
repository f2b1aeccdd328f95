"""Score a trained model on a labelled set that it was not made from."""

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from flows.pipeline import DEFAULTS, SHARD_RUNNER
from melanoma.config.pipeline import PipelineConfig
from melanoma.runs import read_run
from melanoma.stages.found_model import find_model
from melanoma.stages.model_test import ModelTest
from tasks.evaluate_data import evaluate_data
from tasks.home import choose_home
from tasks.ingest import ingest
from tasks.run import recorded_run


def name_test() -> str:
    """Name a flow run after its model and its data."""
    return (
        f"evaluate · {flow_run.parameters['model']} · {' + '.join(Path(p).name for p in flow_run.parameters['data'])}"
    )


@flow(name="evaluate", flow_run_name=name_test, task_runner=SHARD_RUNNER)
def evaluate_model(
    model: str,
    data: list[Path],
    config: PipelineConfig = DEFAULTS,
    home: Path | None = None,
    keep_known: bool = False,
) -> dict[str, Any]:
    """Read a set as a model takes it, and score the model on all of it.

    Args:
        model: A run's id, `latest`, a run's folder, or a `.keras` file.
        data: Folders or archives of labelled images; several are joined into one set.
        config: What to do, stage by stage; size and fit of the images are the model's.
        home: Where artifacts and runs are kept; by default MELANOMA_HOME, else `.melanoma` in the working folder.
        keep_known: Whether images stay in that the model was trained or chosen on.

    Returns:
        The record, `run.json`.
    """
    found = find_model(model, choose_home(home))
    with recorded_run(data, found.fit_config(config), home, ModelTest(found, keep_known)) as run:
        evaluate_data(run, ingest(run))
    return read_run(run.folder)
