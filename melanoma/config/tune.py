"""How hyper-parameters are searched for."""

import re
from typing import Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from melanoma.config.section import Section

Choice: TypeAlias = bool | int | float | str
_STORAGES = ("postgresql", "sqlite")


class Dimension(Section):
    """The values that one key of the configuration may take: some choices, or a range."""

    choices: tuple[Choice, ...] | None = Field(
        None, min_length=1, max_length=100, description="The values, if they are not a range."
    )
    low: int | float | None = Field(None, description="The least value of a range.")
    high: int | float | None = Field(
        None, description="The greatest. Whole numbers are drawn where low, high and step are whole, else fractions."
    )
    log: bool = Field(
        False, description="Each factor is as likely, not each difference; for rates, which span powers of ten."
    )
    step: int | float | None = Field(None, gt=0, description="Distance of the values; None: as fine as numbers are.")

    @property
    def is_whole(self) -> bool:
        """Whether a range is of whole numbers."""
        return all(isinstance(value, int) for value in (self.low, self.high, self.step or 1))

    @property
    def ends(self) -> tuple[Choice, ...]:
        """The choices, or the ends of the range: what the configuration has to take for it to take all."""
        return self.choices or tuple(value for value in (self.low, self.high) if value is not None)

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if self.choices is not None:
            if any(value is not None for value in (self.low, self.high, self.step)) or self.log:
                raise ValueError("choices and a range (low, high, log, step) exclude each other; give one of them")
            return self
        if self.low is None or self.high is None:
            raise ValueError("expected choices, or low and high")
        if self.low >= self.high:
            raise ValueError(f"low {self.low} is not below high {self.high}")
        if self.log and (self.low <= 0 or self.step is not None):
            raise ValueError("log needs a low above 0, and no step")
        return self


class TuneConfig(Section):
    """Settings of the search for hyper-parameters."""

    trials: int = Field(
        30, ge=1, le=100_000, description="Trials of the study, those of earlier commands included; pruned ones count."
    )
    folds: int = Field(
        3,
        ge=1,
        le=50,
        description="Folds of the split that each trial is measured on, at most split.folds. Each costs one training; "
        "one fold alone is as noisy as a single validation split.",
    )
    space: dict[str, Dimension] = Field(
        default_factory=dict,
        description="What is searched, by key, such as train.learning_rate; keys of train and balance, and "
        "ingest.size_px. Empty: what matters most for the method that trains the network.",
    )
    pruner: Literal["median", "none"] = Field(
        "median",
        description="median: a trial stops after an epoch, of a head after a fold, in which it is worse than the "
        "median of the trials before it; never after the first.",
    )
    prune_from: int = Field(5, ge=1, le=10_000, description="median: finished trials before one may be stopped.")
    storage: str | None = Field(
        None,
        min_length=1,
        description="Where the study is kept: postgresql://USER@HOST/DATABASE, shared by several machines, or "
        "sqlite:///FILE. None: a journal file in the home.",
    )
    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="Trials at once, each in a process of its own. One training keeps all cores of a CPU busy by "
        "itself; more at once pay where cores or memory are left over.",
    )

    @field_validator("storage")
    @classmethod
    def _is_a_database(cls, storage: str | None) -> str | None:
        if storage is None:
            return None
        if not re.match(rf"({'|'.join(_STORAGES)})(\+\w+)?://", storage):
            raise ValueError("expected a URL such as postgresql://USER@HOST/DATABASE or sqlite:///FILE")
        if urlsplit(storage).password:
            # The configuration is written into run.json.
            raise ValueError("no password belongs into a configuration; set PGPASSWORD, or write it into ~/.pgpass")
        return storage
