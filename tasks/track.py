"""The track task: log a run to MLflow. A run is finished without it, so that a tracker that is away costs a warning."""

from datetime import UTC, datetime, timedelta

from prefect import State, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed

from melanoma.errors import MelanomaError
from melanoma.registry.ledger import read_ledger
from melanoma.runs import note
from melanoma.tracking.content import read_content
from melanoma.tracking.log_run import LoggedRun, log_run
from melanoma.tracking.model_registry import follow_promotions
from tasks.publish import publish_text
from tasks.run import Run
from tasks.stage import tell
from tasks.tracking_place import find_place, wants_tracking


@task(name="track", cache_policy=NO_CACHE, timeout_seconds=timedelta(hours=1).total_seconds())
def track(run: Run) -> State[None] | None:
    """Log the run, unless it was logged before; without MLflow nothing is done."""
    settings = run.config.tracking
    if not wants_tracking(settings):
        return Completed(name="Skipped", message="MLflow is not wanted; tracking.mlflow=true switches it on")
    try:
        logged = log_run(find_place(settings, run.folder.home), read_content(run.folder), datetime.now(UTC))
    except MelanomaError as problem:
        said = f"not logged: {problem}; the run is whole; log it later: melanoma track {run.folder.run_id}"
        note(run.folder, mlflow={"problem": said})
        get_run_logger().warning(said)
        return Completed(name="NotLogged", message=said)
    note(run.folder, mlflow=logged.to_json())
    _show(logged)
    return None


def follow(run: Run) -> None:
    """Let the aliases of the registered model stand for what the promotions say; without MLflow nothing is done."""
    settings, home = run.config.tracking, run.folder.home
    if not wants_tracking(settings):
        return
    try:
        registered = follow_promotions(find_place(settings, home), home, read_ledger(home), datetime.now(UTC))
    except MelanomaError as problem:
        get_run_logger().warning(f"the aliases are as they were: {problem}; later: melanoma track {run.folder.run_id}")
        return
    if registered:
        tell(f"MLflow: {registered.describe()}")


def _show(logged: LoggedRun) -> None:
    tell(f"MLflow: {logged.describe()}")
    place = f"[{logged.run_id}]({logged.url})" if logged.url else f"{logged.run_id} in {logged.store}"
    publish_text("mlflow", f"# MLflow\n\nExperiment {logged.experiment}, run {place}", "Where MLflow has the run")
