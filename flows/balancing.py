"""The pipeline up to balancing: the copies that training would see, without the training."""

from pathlib import Path
from typing import Any

from prefect import flow

from flows.pipeline import DEFAULTS, SHARD_RUNNER, name_run
from melanoma.config.pipeline import PipelineConfig
from melanoma.runs import read_run
from tasks.balance import balance, show_balance
from tasks.ingest import ingest
from tasks.run import recorded_run
from tasks.split import split
from tasks.validate import validate


@flow(name="balance", flow_run_name=name_run, task_runner=SHARD_RUNNER)
def balance_images(
    data: Path | list[Path], config: PipelineConfig = DEFAULTS, home: Path | None = None, preview: bool = False
) -> dict[str, Any]:
    """Make the augmented copies of a set's training images, as the pipeline does, and stop.

    Args:
        data: The folder or archive that holds the images; of several, all are joined into one set.
        config: What to do, stage by stage.
        home: Where artifacts and runs are kept; by default MELANOMA_HOME, else `.melanoma` in the working folder.
        preview: Whether to write the page that shows images beside their copies.

    Returns:
        The run's record, `run.json`.
    """
    with recorded_run(data, config, home) as run:
        ingested = ingest(run)
        divided = split(run, ingested, validate(run, ingested))
        balanced = balance(run, ingested, divided)
        if preview:
            show_balance(run, ingested, balanced)
    return read_run(run.folder)
