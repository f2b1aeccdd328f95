"""Schedules and their runner on one machine."""

from pathlib import Path
from typing import Any, cast

from prefect import serve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.automations import settle_automations
from flows.monitor import monitor
from flows.pipeline import pipeline
from flows.retrain import retrain
from melanoma.config.pipeline import PipelineConfig

WEEKLY = Cron("0 3 * * 1", timezone="UTC")
DAILY = Cron("0 6 * * *", timezone="UTC")


def serve_deployments(home: Path, data: list[Path], config: PipelineConfig) -> None:
    """Offer the deployments `full`, `weekly-retrain` and `monitor`, and run what is asked of them, until interrupted.

    Args:
        home: Where artifacts and runs are kept.
        data: The folders or archives of images that all of them run on.
        config: Their configuration.
    """
    parameters = {"data": [str(source) for source in data], "config": config.model_dump(mode="json"), "home": str(home)}
    common: dict[str, Any] = {"parameters": parameters, "entrypoint_type": EntrypointType.MODULE_PATH}
    full = pipeline.to_deployment(
        "full",
        description="The whole pipeline, by hand; what has not changed is reused.",
        tags=["melanoma"],
        **common,
    )
    common["concurrency_limit"] = 1
    weekly = retrain.to_deployment(
        "weekly-retrain",
        schedule=WEEKLY,
        description="Retrain on the folder as it is now, Mondays at 03:00 UTC; nothing where nothing has changed.",
        tags=["melanoma", "retrain"],
        **common,
    )
    daily = monitor.to_deployment(
        "monitor",
        schedule=DAILY,
        description="Compare new images with those that the champion was made from, daily at 06:00 UTC; no training.",
        tags=["melanoma", "monitor"],
        **common,
    )
    offered = [cast("RunnerDeployment", deployment) for deployment in (full, weekly, daily)]
    for deployment in offered:
        deployment.apply()  # serving does it too, and does not come back: an automation needs the deployment first
    settle_automations()
    serve(*offered)
