"""Parts of the pipeline by themselves: read a set of images, and find what is wrong with it."""

from pathlib import Path
from typing import Any

from prefect import flow

from flows.pipeline import DEFAULTS, name_run
from melanoma.config.pipeline import PipelineConfig
from melanoma.runs import read_run
from tasks.ingest import ingest
from tasks.run import recorded_run
from tasks.validate import validate


@flow(name="ingest", flow_run_name=name_run)
def ingest_images(
    data: Path | list[Path], config: PipelineConfig = DEFAULTS, home: Path | None = None
) -> dict[str, Any]:
    """Read a set of images into the store, as the pipeline does, and stop.

    Args:
        data: The folder or archive that holds the images; of several, all are joined into one set.
        config: What to do, stage by stage.
        home: Where artifacts and runs are kept; by default MELANOMA_HOME, else `.melanoma` in the working folder.

    Returns:
        The run's record, `run.json`.
    """
    with recorded_run(data, config, home) as run:
        ingest(run)
    return read_run(run.folder)


@flow(name="validate", flow_run_name=name_run)
def validate_images(
    data: Path | list[Path], config: PipelineConfig = DEFAULTS, home: Path | None = None
) -> dict[str, Any]:
    """Read a set of images, find what is wrong with it, and refuse it where it cannot be trusted.

    Args:
        data: The folder or archive that holds the images; of several, all are joined into one set.
        config: What to do, stage by stage.
        home: Where artifacts and runs are kept; by default MELANOMA_HOME, else `.melanoma` in the working folder.

    Returns:
        The run's record, `run.json`.
    """
    with recorded_run(data, config, home) as run:
        validate(run, ingest(run))
    return read_run(run.folder)
