"""A check of `melanoma doctor`: one file in ``flows/doctor_checks/`` with a `CHECK`, that looks and changes nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """What was found.

    Attributes:
        level: ``problem``: a command will fail, or something private is open; ``warning``: it works, not as it should.
        text: One line.
        mend: How to mend it; empty where it is ok.
    """

    level: Level
    text: str
    mend: str = ""


@dataclass(frozen=True)
class Place:
    """What is examined.

    Attributes:
        home: Where the project keeps its files; it may not be there yet.
        environment: The variables as our commands would have them, so those that the user has set and our defaults.
    """

    home: Path
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Check:
    """One thing to look at.

    Attributes:
        name: What is looked at, for people.
        order: Checks are told in this order: first what all else rests on.
        examine: Gives at least one finding.
    """

    name: str
    order: int
    examine: Callable[[Place], Iterator[Finding]]


def ok(text: str) -> Finding:
    """Return that all is well."""
    return Finding("ok", text)


def warning(text: str, mend: str) -> Finding:
    """Return what works, but not as it should."""
    return Finding("warning", text, mend)


def problem(text: str, mend: str) -> Finding:
    """Return what will make a command fail, or leaves something open."""
    return Finding("problem", text, mend)
