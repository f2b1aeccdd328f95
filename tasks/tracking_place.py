"""Whether runs are logged to MLflow and where to, as the environment and a configuration say; no Prefect is needed."""

import os
from pathlib import Path

from melanoma.config.tracking import TrackingConfig
from melanoma.tracking.place import TrackingPlace, choose_place
from melanoma.tracking.store import require_mlflow

URI = "MLFLOW_TRACKING_URI"
# MLflow reads them when it is imported, and each process that imports it has to have them: a worker's too.
_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",  # DO_NOT_TRACK=1 is not understood by MLflow, only DO_NOT_TRACK=true
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # MLflow's own seven make a run wait for minutes for a server that is away
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


def wants_tracking(config: TrackingConfig) -> bool:
    """Tell whether runs are logged to MLflow: as the configuration says, else where the environment names a server."""
    return bool(os.environ.get(URI)) if config.mlflow is None else config.mlflow


def find_place(config: TrackingConfig, home: Path) -> TrackingPlace:
    """Return where runs of a home are logged to, with MLflow kept from telling its makers of its use.

    Args:
        config: The section ``tracking``.
        home: Where the project keeps its files.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    return choose_place(os.environ.get(URI) or None, home, config.model)


def require_wanted(config: TrackingConfig) -> None:
    """Refuse before any work to log by MLflow where the configuration asks for it and it is not there.

    Where only the environment names a server, a run is not kept from being made: it says at its end what is missing.

    Raises:
        UsageError: If it is not installed.
    """
    if config.mlflow:
        require_mlflow()
