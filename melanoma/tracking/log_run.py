"""Log a run to MLflow: once, however often it is asked for, and whole, however often it was cut off."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from melanoma.tracking.content import FINGERPRINT, RunContent
from melanoma.tracking.place import TrackingPlace
from melanoma.tracking.store import open_store

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.tracking import MlflowClient

Item = TypeVar("Item")
MODEL_ROOM = "model"
_FINISHED = "FINISHED"
_MOST_PARAMETERS, _MOST_METRICS = 100, 1000  # that MLflow takes at once
_MILLISECONDS = 1000


@dataclass(frozen=True)
class LoggedRun:
    """A run in MLflow.

    Attributes:
        experiment: The name of its experiment.
        run_id: By which MLflow knows it.
        store: Where it is, without what is secret in the address.
        url: The page that shows it, where a server does.
        reused: Whether a run of the same data, configuration, model and figures was there already.
    """

    experiment: str
    run_id: str
    store: str
    url: str | None
    reused: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as a run's record holds it."""
        return asdict(self)

    def describe(self) -> str:
        """Say where it is in one line."""
        how = "logged before as" if self.reused else "logged as"
        return f"{how} run {self.run_id} of experiment {self.experiment}: {self.url or self.store}"


def log_run(place: TrackingPlace, content: RunContent, now: datetime) -> LoggedRun:
    """Log a run, unless it is there already.

    A run that was cut off while it was logged is taken up again: what is there already is written over with the same.

    Args:
        place: Where to.
        content: The run.
        now: When; aware.

    Returns:
        Where it is.

    Raises:
        UsageError: If MLflow is not installed.
        TrackingError: If MLflow does not take it.
    """
    with open_store(place) as client:
        return log_through(client, place, content, now)


def log_through(client: "MlflowClient", place: TrackingPlace, content: RunContent, now: datetime) -> LoggedRun:
    """Log a run through a client that is open; see `log_run`."""
    experiment = _settle_experiment(client, place, content.experiment)
    run = _find(client, experiment, content.fingerprint)
    reused = run is not None and run.info.status == _FINISHED
    if run is None:
        run = client.create_run(
            experiment, start_time=_milliseconds(content.started), tags=dict(content.tags), run_name=content.run_id
        )
    run_id = str(run.info.run_id)
    if not reused:
        _write(client, run_id, content)
        client.set_terminated(run_id, _FINISHED, end_time=_milliseconds(now))
    return LoggedRun(content.experiment, run_id, place.title, place.page_of(experiment, run_id), reused)


def _settle_experiment(client: "MlflowClient", place: TrackingPlace, name: str) -> str:
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    location = place.artifacts.as_uri() if place.artifacts else None
    return str(client.create_experiment(name, artifact_location=location))


def _find(client: "MlflowClient", experiment: str, fingerprint: str) -> "Run | None":
    found = client.search_runs([experiment], f"tags.`{FINGERPRINT}` = '{fingerprint}'", max_results=1)
    return found[0] if found else None


def _write(client: "MlflowClient", run_id: str, content: RunContent) -> None:
    from mlflow.entities import Metric, Param

    time = _milliseconds(content.started)  # the same when it is written again, so that a store keeps one of each
    for some in _split(list(content.parameters.items()), _MOST_PARAMETERS):
        client.log_batch(run_id, params=[Param(name, value) for name, value in some])
    for numbers in _split(content.measured, _MOST_METRICS):
        client.log_batch(run_id, metrics=[Metric(entry.name, entry.value, time, entry.step) for entry in numbers])
    for path in content.files:
        client.log_artifact(run_id, str(path))
    client.log_artifact(run_id, str(content.model), MODEL_ROOM)


def _split(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp() * _MILLISECONDS)
