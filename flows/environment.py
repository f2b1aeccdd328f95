"""Configuration that the environment gives, such as ``MELANOMA_TRAIN__EPOCHS=5``."""

import os
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel
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

    A name with two underscores in a row is a key, known or not; another that is no key is not ours to judge, unless it
    is one with single underscores.

    Raises:
        ConfigError: If a variable holds a section or a list, and not as JSON; or is a key with single underscores.
    """
    source = EnvSettingsSource(_Environment)
    ours = sorted((name for name in os.environ if name.lower().startswith(_PREFIX)), key=str.lower)
    for name in ours:
        _require_two_underscores(name)
    given = {name: _read(source, name) for name in ours}
    return {name: values for name, values in given.items() if values}


def _require_two_underscores(name: str) -> None:
    meant = _keys_with_single_underscores().get(name.lower().removeprefix(_PREFIX))
    if meant:
        raise ConfigError(f"{name}: no such variable; did you mean {_PREFIX.upper()}{meant.upper()}?")


@cache
def _keys_with_single_underscores() -> dict[str, str]:
    """Return how each key of a section is to be written, by how it is mistaken."""
    return {"_".join(path): _INSIDE.join(path) for path in _paths(PipelineConfig) if len(path) > 1}


def _paths(section: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for name, field in section.model_fields.items():
        yield (name,)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from ((name, *rest) for rest in _paths(field.annotation))


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
