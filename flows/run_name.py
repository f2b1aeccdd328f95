"""What flow runs are called in Prefect's UI: what they work on, and those choices of theirs that come into play."""

from pathlib import Path

from prefect.runtime import flow_run

from melanoma.config.pipeline import PipelineConfig


def name_of_data() -> str:
    """Name a flow run that ends before anything is split after its data."""
    data = flow_run.parameters["data"]
    return " + ".join(Path(source).name for source in (data if isinstance(data, list) else [data]))


def name_of_split() -> str:
    """Name a flow run that trains nothing after its data and the protocol that divides them."""
    return f"{name_of_data()} · {_config().split.protocol}"


def name_of_training() -> str:
    """Name a flow run after its data, its network and its protocol."""
    config = _config()
    return f"{name_of_data()} · {config.train.network} · {config.split.protocol}"


def _config() -> PipelineConfig:
    return PipelineConfig.model_validate(flow_run.parameters.get("config") or {})
