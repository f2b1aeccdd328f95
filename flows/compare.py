"""Two runs on the same images."""

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from melanoma.config.pipeline import PipelineConfig
from melanoma.runs import read_run
from melanoma.stages.compared_runs import find_compared
from melanoma.stages.recorded_config import evaluate_config_of
from tasks.compare import compare
from tasks.home import choose_home
from tasks.run import recorded_run


def name_comparison() -> str:
    """Name a flow run after its two runs."""
    return f"compare · {flow_run.parameters['first']} · {flow_run.parameters['second']}"


@flow(name="compare", flow_run_name=name_comparison)
def compare_runs(first: str, second: str, home: Path | None = None) -> dict[str, Any]:
    """Compare two runs, or two evaluations of models, on the images that both were evaluated on.

    Args:
        first: The run that is asked about: its id, `latest`, or its folder; its seed and settings hold.
        second: The run that it is compared with.
        home: Where artifacts and runs are kept; by default MELANOMA_HOME, else `.melanoma` in the working folder.

    Returns:
        The record, `run.json`.
    """
    found = find_compared(first, second, choose_home(home))
    config = PipelineConfig(seed=found.first.record["seed"], evaluate=evaluate_config_of(found.first.record))
    with recorded_run([], config, home, found) as run:
        compare(run)
    return read_run(run.folder)
