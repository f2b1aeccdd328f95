"""Put a configuration together: a YAML file, then the environment's values, then ``--set`` and other options on top."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import ConfigError

Values = Mapping[str, Any]
_UNKNOWN = "extra_forbidden"


def load_config(
    file: Path | None = None,
    environment: Mapping[str, Values] | None = None,
    settings: Sequence[str] = (),
    options: Values | None = None,
) -> PipelineConfig:
    """Read and check a configuration.

    Args:
        file: A YAML file, or None for the defaults.
        environment: Nested values that the environment gives, by the variable that gives them; later ones hold. Where
            a name is empty, the caller says where its values are from.
        settings: Texts such as ``train.epochs=5``.
        options: Nested values that have options of their own, such as ``--metadata``.

    Returns:
        The checked configuration.

    Raises:
        ConfigError: If the file cannot be read, or a key or a value is not valid. One line that names the file, the
            variable or the setting which gives it.
    """
    given = [_Given(f"{file}: ", read_yaml(file))] if file else []
    given += [_Given(f"{name}: " if name else "", values) for name, values in (environment or {}).items()]
    given += [_Given("--set ", _parse(setting)) for setting in settings]
    given.append(_Given("", options or {}))
    values: Values = {}
    for one in given:
        values = merge_values(values, one.values)
    try:
        return PipelineConfig.model_validate(values)
    except ValidationError as problem:
        raise ConfigError(_name_origin(problem, given) + explain_problem(problem, PipelineConfig)) from problem


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


def merge_values(below: Values, above: Values) -> dict[str, Any]:
    """Return nested values with others on top of them; only what both give as a mapping is merged key by key."""
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        if isinstance(under, Mapping) and isinstance(value, Mapping):
            merged[name] = merge_values(under, value)
        else:
            merged[name] = value
    return merged


def nest_value(path: Sequence[str], value: object) -> dict[str, Any]:
    """Return a value under its key, such as ``{"train": {"epochs": 5}}``.

    Args:
        path: The names on the way to it, at least one.
        value: The value.
    """
    *outer, name = path
    nested = {name: value}
    for section in reversed(outer):
        nested = {section: nested}
    return nested


def explain_problem(problem: ValidationError, model: type[BaseModel]) -> str:
    """Return one line on the first thing that is wrong: which key, what was expected, what arrived.

    A key that is not known comes first: it is often why another is missing.

    Args:
        problem: What the model refused.
        model: The model, whose keys are suggested for one that it does not know.
    """
    first = _first(problem)
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == _UNKNOWN:
        return f"{key}: no such configuration key{_suggestion(first['loc'], model)}"
    reason = first["msg"][0].lower() + first["msg"][1:]
    more = problem.error_count() - 1
    return f"{key}: {reason}, received {first['input']!r}" + (f" (and {more} more)" if more else "")


@dataclass(frozen=True)
class _Given:
    """Nested values, and what stands before a key of theirs in a message: the file, the variable or the option."""

    origin: str
    values: Values


def _first(problem: ValidationError) -> ErrorDetails:
    found = problem.errors(include_url=False)
    return next((one for one in found if one["type"] == _UNKNOWN), found[0])


def _name_origin(problem: ValidationError, given: Sequence[_Given]) -> str:
    """Return where the refused value was given, to stand before its key; nothing where values do not fit together."""
    first = _first(problem)
    if isinstance(first["input"], Mapping) and first["type"] != _UNKNOWN:
        return ""
    return next((one.origin for one in reversed(given) if _has(one.values, first["loc"])), "")


def _has(values: object, location: Sequence[int | str]) -> bool:
    for part in location:
        inner = dict(enumerate(values)) if isinstance(values, list) else values
        if not isinstance(inner, Mapping) or part not in inner:
            return False
        values = inner[part]
    return True


def _parse(setting: str) -> dict[str, Any]:
    path, equals, text = setting.partition("=")
    if not equals or not path.strip():
        raise ConfigError(f"--set {setting}: expected section.key=value, such as train.epochs=5")
    try:
        value: Any = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        value = text
    return nest_value(path.strip().split("."), value)


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
