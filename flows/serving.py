"""Schedules and their runner on one machine."""

from pathlib import Path
from typing import cast

from prefect import serve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.pipeline import pipeline
from flows.retrain import retrain
from melanoma.config.pipeline import PipelineConfig

WEEKLY = Cron("0 3 * * 1", timezone="UTC")


def serve_deployments(home: Path, data: list[Path], config: PipelineConfig) -> None:
    """Offer the deployments `full` and `weekly-retrain` and run what is asked of them, until interrupted.

    Args:
        home: Where artifacts and runs are kept.
        data: The folders or archives of images that both deployments run on.
        config: Their configuration.
    """
    parameters = {"data": [str(source) for source in data], "config": config.model_dump(mode="json"), "home": str(home)}
    full = pipeline.to_deployment(
        "full",
        parameters=parameters,
        description="The whole pipeline, by hand; what has not changed is reused.",
        tags=["melanoma"],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    weekly = retrain.to_deployment(
        "weekly-retrain",
        parameters=parameters,
        schedule=WEEKLY,
        concurrency_limit=1,
        description="Retrain on the folder as it is now, Mondays at 03:00 UTC; nothing where nothing has changed.",
        tags=["melanoma", "retrain"],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    serve(cast("RunnerDeployment", full), cast("RunnerDeployment", weekly))
