"""Configuration that the environment gives, such as ``MELANOMA_TRAIN__EPOCHS=5``."""

from typing import Any

from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from melanoma.config.pipeline import PipelineConfig


class _Environment(PipelineConfig, BaseSettings):
    """The configuration's fields, as pydantic-settings looks for them in the environment."""

    model_config = SettingsConfigDict(env_prefix="MELANOMA_", env_nested_delimiter="__", frozen=True, extra="forbid")


def environment_settings() -> dict[str, Any]:
    """Return the nested values that the environment sets, and no others."""
    return dict(EnvSettingsSource(_Environment)())
