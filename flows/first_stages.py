"""The pipeline up to one of its stages, and no further; a later run reuses what is made here."""

from pathlib import Path
from typing import Any

from prefect import flow

from flows.pipeline import DEFAULTS, SHARD_RUNNER
from flows.run_name import name_of_data, name_of_split, name_of_training
from melanoma.artifacts.record import Artifact
from melanoma.config.pipeline import PipelineConfig
from melanoma.runs import read_run
from melanoma.training.method import settle_method
from tasks.balance import balance, show_balance
from tasks.ingest import ingest
from tasks.run import Run, recorded_run
from tasks.split import split
from tasks.train import train
from tasks.validate import validate


@flow(name="ingest", flow_run_name=name_of_data, task_runner=SHARD_RUNNER)
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


@flow(name="validate", flow_run_name=name_of_data, task_runner=SHARD_RUNNER)
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


@flow(name="split", flow_run_name=name_of_split, task_runner=SHARD_RUNNER)
def split_images(
    data: Path | list[Path], config: PipelineConfig = DEFAULTS, home: Path | None = None
) -> dict[str, Any]:
    """Give each image of a set its role and its fold, as the pipeline does, and stop.

    Args:
        data: The folder or archive that holds the images; of several, all are joined into one set.
        config: What to do, stage by stage.
        home: Where artifacts and runs are kept; by default MELANOMA_HOME, else `.melanoma` in the working folder.

    Returns:
        The run's record, `run.json`.
    """
    with recorded_run(data, config, home) as run:
        divide(run)
    return read_run(run.folder)


@flow(name="balance", flow_run_name=name_of_split, task_runner=SHARD_RUNNER)
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
        ingested, balanced = prepare(run)
        if preview:
            show_balance(run, ingested, balanced)
    return read_run(run.folder)


@flow(name="train", flow_run_name=name_of_training, task_runner=SHARD_RUNNER)
def train_model(data: Path | list[Path], config: PipelineConfig = DEFAULTS, home: Path | None = None) -> dict[str, Any]:
    """Train a model on a set's training images, as the pipeline does, and stop; test images are not looked at.

    Args:
        data: The folder or archive that holds the images; of several, all are joined into one set.
        config: What to do, stage by stage.
        home: Where artifacts and runs are kept; by default MELANOMA_HOME, else `.melanoma` in the working folder.

    Returns:
        The run's record, `run.json`.
    """
    settle_method(config.train)  # an option that does not go with the network is refused before any work
    with recorded_run(data, config, home) as run:
        train(run, *prepare(run))
    return read_run(run.folder)


def divide(run: Run) -> tuple[Artifact, Artifact]:
    """Ingest, validate and split.

    Returns:
        The artifacts of ingest and split.
    """
    ingested = ingest(run)
    return ingested, split(run, ingested, validate(run, ingested))


def prepare(run: Run) -> tuple[Artifact, Artifact]:
    """Carry out the stages that come before training: ingest, validate, split and balance.

    Returns:
        The artifacts of ingest and balance, which training reads.
    """
    ingested, divided = divide(run)
    return ingested, balance(run, ingested, divided)
