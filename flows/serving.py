"""The deployments of `melanoma serve`, and their runner on one machine."""

import asyncio
from pathlib import Path
from typing import Any, cast

from prefect import serve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Schedule
from prefect.server.schemas.schedules import CronSchedule
from prefect.types.entrypoint import EntrypointType
from pydantic import ValidationError

from flows.automations import settle_automations
from flows.monitor import monitor
from flows.pipeline import pipeline
from flows.retrain import retrain
from flows.schedules import MONITOR, WEEKLY_RETRAIN, Schedules
from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import UsageError


def make_deployments(
    home: Path, data: list[Path], config: PipelineConfig, schedules: Schedules
) -> list[RunnerDeployment]:
    """Return the deployments `full`, `weekly-retrain` and `monitor`.

    Args:
        home: Where artifacts and runs are kept.
        data: The folders or archives of images that all of them run on.
        config: Their configuration.
        schedules: When the last two run.

    Raises:
        UsageError: If a schedule is no cron expression, or its time never comes.
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
        WEEKLY_RETRAIN,
        schedule=_schedule(WEEKLY_RETRAIN, schedules),
        description="Retrain on the folder as it is now and promote what is not worse; nothing where nothing changed.",
        tags=["melanoma", "retrain"],
        **common,
    )
    daily = monitor.to_deployment(
        MONITOR,
        schedule=_schedule(MONITOR, schedules),
        description="Compare new images with those that the champion was made from; no training.",
        tags=["melanoma", "monitor"],
        **common,
    )
    return [cast("RunnerDeployment", deployment) for deployment in (full, weekly, daily)]


def serve_deployments(deployments: list[RunnerDeployment]) -> None:
    """Offer deployments, and run what is asked of them and what their schedules say, until interrupted."""
    for deployment in deployments:
        deployment.apply()  # serving does it too, and does not come back: an automation needs the deployment first
    settle_automations()
    serve(*deployments)


def _schedule(name: str, schedules: Schedules) -> Schedule:
    """Return a deployment's schedule, which Prefect has found to be one."""
    cron = schedules.crons[name]
    try:
        _require_date(CronSchedule(cron=cron, timezone=schedules.timezone))
    except ValueError as problem:
        raise UsageError(
            f"--schedule {name}={cron}: {_reason(problem)}; give minute, hour, day of the month, month and day of the "
            "week, such as 0 3 * * 1 for Mondays at 03:00"
        ) from problem
    return Cron(cron, timezone=schedules.timezone)


def _require_date(schedule: CronSchedule) -> None:
    """Ask for the next date as Prefect's scheduler does, which looks some decades ahead.

    Raises:
        ValueError: If there is none.
    """
    asyncio.run(schedule.get_dates(n=1))


def _reason(problem: ValueError) -> str:
    if isinstance(problem, ValidationError):
        return problem.errors()[0]["msg"].removeprefix("Value error, ")
    return "such a date never comes"
