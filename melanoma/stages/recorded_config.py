"""Settings as a run has recorded them."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from melanoma.config.evaluate import EvaluateConfig
from melanoma.config.loading import explain_problem
from melanoma.config.section import Section
from melanoma.config.tracking import TrackingConfig
from melanoma.errors import ConfigError

Kind = TypeVar("Kind", bound=Section)


def evaluate_config_of(record: Mapping[str, Any]) -> EvaluateConfig:
    """Return a run's settings of the evaluate stage.

    Args:
        record: Its `run.json`.

    Raises:
        ConfigError: If another version wrote it, with keys that this one does not know.
    """
    return _read(record, "evaluate", EvaluateConfig)


def tracking_config_of(record: Mapping[str, Any]) -> TrackingConfig:
    """Return where a run was to be logged to; the defaults where an earlier version made it.

    Args:
        record: Its `run.json`.

    Raises:
        ConfigError: If another version wrote it, with keys that this one does not know.
    """
    return _read(record, "tracking", TrackingConfig)


def _read(record: Mapping[str, Any], section: str, kind: type[Kind]) -> Kind:
    try:
        return kind.model_validate(record.get("config", {}).get(section, {}))
    except ValidationError as problem:
        run, reason = record.get("run_id", "a run"), explain_problem(problem, kind)
        raise ConfigError(
            f"run {run}: {section}.{reason}; another version made it, run the pipeline again"
        ) from problem
