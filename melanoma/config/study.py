"""A study: networks trained on the same data, each changing something, so that it can be told what helped."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from melanoma.config.loading import Values, explain_problem, find_profile, load_config, merge_values, read_yaml
from melanoma.config.pipeline import PipelineConfig
from melanoma.config.section import Section
from melanoma.errors import ConfigError, UsageError

Loaded = TypeVar("Loaded")


class RowConfig(Section):
    """One row of a study."""

    name: str = Field(min_length=1, max_length=60, description="What its network is called; each name once.")
    change: dict[str, Any] = Field(
        default_factory=dict, description="What it changes, as sections of a configuration; it goes over all else."
    )
    profile: str | None = Field(
        None, min_length=1, description="A profile that stands in for the study's base, such as default."
    )
    leaking: bool = Field(
        False, description="Whether its network is trained by the leaking protocol too; costs a training more."
    )


class StudyConfig(Section):
    """A study file."""

    title: str = Field(min_length=1, max_length=120, description="What the study's page is headed.")
    baseline: str = Field(description="The row that every other is compared with.")
    as_published: str | None = Field(
        None, description="The row whose network, trained by the leaking protocol, is what others have published."
    )
    base: dict[str, Any] = Field(default_factory=dict, description="What all rows have in common, over the defaults.")
    leaking_protocol: dict[str, Any] = Field(
        default_factory=dict, description="What the leaking protocol changes; a row's own change goes over it."
    )
    rows: tuple[RowConfig, ...] = Field(min_length=1, description="In the order in which each is one step further.")


class StudyRow(Section):
    """One row, with the whole configurations of its runs."""

    name: str
    profile: str | None
    change: dict[str, Any]
    clean: PipelineConfig
    leaking: PipelineConfig | None = None


class Study(Section):
    """A study whose rows can be run.

    Attributes:
        config: What the comparison itself reads: seed, resamples, tables of metadata.
    """

    title: str
    baseline: str
    as_published: str | None
    rows: tuple[StudyRow, ...]
    config: PipelineConfig

    def row(self, name: str | None) -> StudyRow | None:
        """Return a row by its name; None where it takes no part."""
        return next((row for row in self.rows if row.name == name), None)


@dataclass(frozen=True)
class Overrides:
    """What is set from outside, for every run of a study.

    Attributes:
        environment: Nested values that the environment gives, by the variable that gives them.
        settings: Texts such as ``train.epochs=5``.
        options: Nested values that have options of their own.
    """

    environment: Mapping[str, Values]
    settings: Sequence[str] = ()
    options: Values | None = None

    def load(self, values: Values) -> PipelineConfig:
        """Return a checked configuration: values, whose place the caller names, environment, settings and options."""
        return load_config(None, {"": values, **self.environment}, self.settings, self.options)


def load_study(file: Path, profiles: Path, overrides: Overrides, only: Sequence[str] = ()) -> Study:
    """Read and check a study file and the configuration of each of its runs.

    Args:
        file: A YAML file in the form of `StudyConfig`.
        profiles: The folder of profiles that rows may name.
        overrides: What is set from outside.
        only: Names of the rows that take part; none: all.

    Returns:
        The study.

    Raises:
        ConfigError: If the file, a row or a setting is wrong. One line that names file, row and key.
        UsageError: If a row that is asked for is not in the file.
    """
    written = _read(file)
    _check_names(file, written)
    unknown = [name for name in only if name not in _names(written)]
    if unknown:
        raise UsageError(f"--only {unknown[0]}: no such row in {file}; it has {', '.join(_names(written))}")
    rows = [row for row in written.rows if not only or row.name in only]
    return Study(
        title=written.title,
        baseline=written.baseline,
        as_published=written.as_published,
        rows=tuple(_load_row(file, written, row, _Layers(profiles, overrides)) for row in rows),
        config=_explained(f"{file}: base", lambda: overrides.load(written.base)),
    )


@dataclass(frozen=True)
class _Layers:
    """What lies under and over the values of a study file."""

    profiles: Path
    overrides: Overrides


def _read(file: Path) -> StudyConfig:
    values = read_yaml(file)
    try:
        return StudyConfig.model_validate(values)
    except ValidationError as problem:
        raise ConfigError(f"{file}: {explain_problem(problem, StudyConfig)}") from problem


def _names(written: StudyConfig) -> list[str]:
    return [row.name for row in written.rows]


def _check_names(file: Path, written: StudyConfig) -> None:
    names = _names(written)
    for problem in _wrong_names(written, names):
        raise ConfigError(f"{file}: {problem}; its rows are {', '.join(names)}")


def _wrong_names(written: StudyConfig, names: Sequence[str]) -> Iterator[str]:
    yield from (f"rows: {name} is there twice" for name in names if names.count(name) > 1)
    if written.baseline not in names:
        yield f"baseline: no row {written.baseline}"
    if written.as_published is None:
        return
    if written.as_published not in names:
        yield f"as_published: no row {written.as_published}"
    elif not written.rows[names.index(written.as_published)].leaking:
        yield f"as_published: row {written.as_published} is not trained by the leaking protocol; set its leaking: true"


def _load_row(file: Path, written: StudyConfig, row: RowConfig, layers: _Layers) -> StudyRow:
    place = f"{file}: row {row.name}"
    base = _explained(place, lambda: _base(written, row, layers.profiles))

    def load(*values: Values) -> PipelineConfig:
        merged: Values = base
        for above in (*values, row.change):
            merged = merge_values(merged, above)
        return _explained(place, lambda: layers.overrides.load(merged))

    clean = load()
    _require_protocol(place, clean, "grouped", "change")
    known: dict[str, Any] = {"name": row.name, "profile": row.profile, "change": row.change, "clean": clean}
    if not row.leaking:
        return StudyRow(**known)
    leaking = load(written.leaking_protocol)
    _require_protocol(place, leaking, "after_augmentation", "leaking_protocol")
    return StudyRow(**known, leaking=leaking)


def _base(written: StudyConfig, row: RowConfig, profiles: Path) -> Values:
    return read_yaml(find_profile(row.profile, profiles)) if row.profile else written.base


def _require_protocol(place: str, config: PipelineConfig, protocol: str, key: str) -> None:
    if config.split.protocol != protocol:
        raise ConfigError(
            f"{place}: {key}: split.protocol is {config.split.protocol}, expected {protocol} in this column; set it so"
        )


def _explained(place: str, load: Callable[[], Loaded]) -> Loaded:
    """Name the place in the study file before a configuration's own error."""
    try:
        return load()
    except ConfigError as problem:
        raise ConfigError(f"{place}: {problem}") from problem
