"""Monitor: look whether new images are like those that the champion was made from; nothing is trained."""

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from flows.deployed_run import watch_deployed
from flows.pipeline import DEFAULTS, SHARD_RUNNER
from melanoma.config.pipeline import PipelineConfig
from melanoma.runs import read_run
from melanoma.stages.challenge import find_retraining
from tasks.home import choose_home
from tasks.ingest import ingest
from tasks.monitor import look_for_new, watch
from tasks.run import recorded_run


def name_watch() -> str:
    """Name a flow run after its data."""
    data = flow_run.parameters["data"]
    return f"monitor · {' + '.join(Path(source).name for source in (data if isinstance(data, list) else [data]))}"


@flow(name="monitor", flow_run_name=name_watch, task_runner=SHARD_RUNNER, on_running=[watch_deployed])
def monitor(data: Path | list[Path], config: PipelineConfig = DEFAULTS, home: Path | None = None) -> dict[str, Any]:
    """Compare the images that are new in a source with those that the champion was made from.

    Args:
        data: The folder or archive that holds the images; of several, all are joined into one set.
        config: Its seed and tables of metadata; size and fit of the images are the champion's.
        home: Where artifacts, runs and promotions are kept; by default MELANOMA_HOME, else `.melanoma` in the working
            folder.

    Returns:
        The run's record, `run.json`.
    """
    standing = find_retraining(choose_home(home))
    fitted = standing.champion.model.fit_config(config) if standing.champion else config
    with recorded_run(data, fitted, home, standing) as run:
        if look_for_new(run):
            watch(run, ingest(run))
    return read_run(run.folder)
