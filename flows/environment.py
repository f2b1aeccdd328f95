"""Configuration that the environment gives, such as ``MELANOMA_TRAIN__EPOCHS=5``."""

import os
from typing import Any

from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

from melanoma.config.loading import nest_value
from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import ConfigError

_PREFIX, _INSIDE = "melanoma_", "__"


class _Environment(PipelineConfig, BaseSettings):
    """The configuration's fields, as pydantic-settings looks for them in the environment."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX.upper(), env_nested_delimiter=_INSIDE, frozen=True, extra="forbid"
    )


def environment_settings() -> dict[str, dict[str, Any]]:
    """Return the nested values that the environment sets, by the variable that sets them.

    A name with two underscores in a row is a key, known or not; another that is no key is not ours to judge.

    Raises:
        ConfigError: If a variable holds a section or a list, and not as JSON.
    """
    source = EnvSettingsSource(_Environment)
    ours = sorted((name for name in os.environ if name.lower().startswith(_PREFIX)), key=str.lower)
    given = {name: _read(source, name) for name in ours}
    return {name: values for name, values in given.items() if values}


def _read(source: EnvSettingsSource, name: str) -> dict[str, Any]:
    """Return what one variable sets; what pydantic-settings passes over is nested by its name, to be refused as it."""
    key, value = name.lower(), os.environ[name]
    source.env_vars = {key: value}
    try:
        values: Any = source()
    except SettingsError as problem:
        raise ConfigError(
            f"{name}: not valid JSON, as a section or a list has to be; a single value is set as "
            "MELANOMA_TRAIN__EPOCHS=5"
        ) from problem
    path = key.removeprefix(_PREFIX).split(_INSIDE)
    if values or len(path) == 1:
        return dict(values)
    return nest_value(path, value)
