"""Put a configuration together: a YAML file, then the environment's values, then ``--set`` and other options on top."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import ConfigError


def load_config(
    file: Path | None = None,
    environment: Mapping[str, Any] | None = None,
    settings: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
) -> PipelineConfig:
    """Read and check a configuration.

    Args:
        file: A YAML file, or None for the defaults.
        environment: Nested values that the environment gives.
        settings: Texts such as ``train.epochs=5``.
        options: Nested values that have options of their own, such as ``--metadata``.

    Returns:
        The checked configuration.

    Raises:
        ConfigError: If the file cannot be read, or a key or a value is not valid. One line.
    """
    values = merge_values(read_yaml(file) if file else {}, environment or {})
    for setting in settings:
        values = merge_values(values, _parse(setting))
    values = merge_values(values, options or {})
    try:
        return PipelineConfig.model_validate(values)
    except ValidationError as problem:
        raise ConfigError(explain_problem(problem, PipelineConfig)) from problem


def find_profile(name: str, folder: Path) -> Path:
    """Return the file of a profile by its name, or of a configuration by its path.

    Raises:
        ConfigError: If there is neither.
    """
    for path in (Path(name), folder / f"{name}.yaml"):
        if path.is_file():
            return path
    known = ", ".join(sorted(path.stem for path in folder.glob("*.yaml")))
    raise ConfigError(f"--config {name}: no such file and no such profile; give a YAML file or one of: {known}")


def read_yaml(file: Path) -> dict[str, Any]:
    """Return the sections of a YAML file.

    Raises:
        ConfigError: If it cannot be read or holds something else.
    """
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{file}: cannot be read; give a readable YAML file") from problem
    except (yaml.YAMLError, ValueError) as problem:
        place = getattr(problem, "problem_mark", None)
        raise ConfigError(
            f"{file}: not valid YAML{f' in line {place.line + 1}' if place else ''}; mend it"
        ) from problem
    if not isinstance(values, dict):
        raise ConfigError(f"{file}: expected sections such as 'train:', received {type(values).__name__}")
    return values


def merge_values(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested values with others on top of them; only what both give as a mapping is merged key by key."""
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        if isinstance(under, Mapping) and isinstance(value, Mapping):
            merged[name] = merge_values(under, value)
        else:
            merged[name] = value
    return merged


def explain_problem(problem: ValidationError, model: type[BaseModel]) -> str:
    """Return one line on the first thing that is wrong: which key, what was expected, what arrived.

    Args:
        problem: What the model refused.
        model: The model, whose keys are suggested for one that it does not know.
    """
    first = problem.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{key}: no such configuration key{_suggestion(first['loc'], model)}"
    reason = first["msg"][0].lower() + first["msg"][1:]
    more = problem.error_count() - 1
    return f"{key}: {reason}, received {first['input']!r}" + (f" (and {more} more)" if more else "")


def _parse(setting: str) -> dict[str, Any]:
    path, equals, text = setting.partition("=")
    if not equals or not path.strip():
        raise ConfigError(f"--set {setting}: expected section.key=value, such as train.epochs=5")
    try:
        value: Any = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        value = text
    for name in reversed(path.strip().split(".")):
        value = {name: value}
    return dict(value)


def _suggestion(location: tuple[int | str, ...], model: type[BaseModel]) -> str:
    known = _keys_beside(location, model)
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known here: {', '.join(sorted(known))}"


def _keys_beside(location: tuple[int | str, ...], whole: type[BaseModel]) -> list[str]:
    model: Any = whole
    for part in location[:-1]:
        model = get_args(model)[0] if isinstance(part, int) else model.model_fields[part].annotation
        if isinstance(part, str) and get_origin(model) is tuple:
            continue
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return []
    return list(model.model_fields)
