"""The settings of an evaluation as a run has recorded them."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from melanoma.config.evaluate import EvaluateConfig
from melanoma.config.loading import explain_problem
from melanoma.errors import ConfigError


def evaluate_config_of(record: Mapping[str, Any]) -> EvaluateConfig:
    """Return a run's settings of the evaluate stage.

    Args:
        record: Its `run.json`.

    Raises:
        ConfigError: If another version wrote it, with keys that this one does not know.
    """
    try:
        return EvaluateConfig.model_validate(record.get("config", {}).get("evaluate", {}))
    except ValidationError as problem:
        run, reason = record.get("run_id", "a run"), explain_problem(problem, EvaluateConfig)
        raise ConfigError(f"run {run}: evaluate.{reason}; another version made it, run the pipeline again") from problem
