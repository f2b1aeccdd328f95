"""The user's own expectations, in YAML, under the names that Great Expectations gives them.

    - type: expect_column_values_to_be_between
      column: age_approx
      min_value: 18
      severity: warning       # critical (refuses the data), warning or info; critical if it is not said
      suite: adults only      # optional

What is particular to an expectation stands beside its type, or under ``kwargs``.
"""

import difflib
from collections.abc import Mapping
from typing import Any

import great_expectations.expectations as gxe
import yaml
from great_expectations.expectations.registry import get_expectation_impl, list_registered_expectation_implementations

from melanoma.data.given_file import GivenFile
from melanoma.errors import ConfigError
from melanoma.validation.bounded import bounded_text

OWN_SUITE = "your own"
_PREFIX = "expect_"
_COLUMNS = ("column", "column_A", "column_B")
_OURS = {"suite", "type", "severity", "kwargs"}
_SEVERITIES = ("critical", "warning", "info")
_NEEDS_MORE_THAN_A_TABLE = {"expect_query_results_to_match_comparison", "expect_table_row_count_to_equal_other_table"}


def read_expectations(given: GivenFile, columns: tuple[str, ...]) -> dict[str, list[gxe.Expectation]]:
    """Read a file of expectations.

    Args:
        given: The YAML file, a list of entries.
        columns: The columns that the manifest has.

    Returns:
        The expectations by suite.

    Raises:
        ConfigError: If it is not such a file; one line that names the file and the entry.
    """
    chosen: dict[str, list[gxe.Expectation]] = {}
    for number, entry in enumerate(_entries(given), start=1):
        place = f"{given.path}: entry {number}"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("type"), str):
            raise ConfigError(f"{place}: expected a mapping with a type such as expect_column_values_to_be_between")
        expectation = _expectation(entry, columns, f"{place} ({bounded_text(entry['type'], 80)})")
        suite = bounded_text(entry.get("suite") or OWN_SUITE, 80)
        chosen.setdefault(suite, []).append(expectation)
    return chosen


def _entries(given: GivenFile) -> list[Any]:
    try:
        entries = yaml.safe_load(given.read().decode("utf-8-sig"))
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{given.path}: not valid YAML{line}; mend it") from problem
    if not isinstance(entries, list):
        raise ConfigError(f"{given.path}: expected a list of expectations, received {type(entries).__name__}")
    return entries


def _expectation(entry: Mapping[str, Any], columns: tuple[str, ...], place: str) -> gxe.Expectation:
    kind = _kind(entry["type"], place)
    inner = entry.get("kwargs") or {}
    if not isinstance(inner, Mapping):
        raise ConfigError(f"{place}: kwargs: expected a mapping, received {type(inner).__name__}")
    severity = entry.get("severity", "critical")
    if severity not in _SEVERITIES:
        raise ConfigError(
            f"{place}: severity: expected {', '.join(_SEVERITIES)}; received {bounded_text(severity, 40)}"
        )
    kwargs = {str(name): value for name, value in entry.items() if name not in _OURS} | dict(inner)
    _require_columns(kwargs, columns, place)
    try:
        return kind(severity=severity, **kwargs)
    except (TypeError, ValueError) as problem:
        raise ConfigError(f"{place}: {_reason(problem)}; see its page in Great Expectations' gallery") from problem


def _kind(name: str, place: str) -> type[gxe.Expectation]:
    known = {
        known
        for known in list_registered_expectation_implementations()
        if known.startswith(_PREFIX) and known not in _NEEDS_MORE_THAN_A_TABLE
    }
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        raise ConfigError(f"{place}: no such expectation{f'; did you mean {close[0]}?' if close else ''}")
    kind: type[gxe.Expectation] = get_expectation_impl(name)
    return kind


def _require_columns(kwargs: Mapping[str, Any], columns: tuple[str, ...], place: str) -> None:
    several = kwargs.get("column_list")
    named = [kwargs[name] for name in _COLUMNS if name in kwargs] + (several if isinstance(several, list) else [])
    for name in named:
        if name not in columns:
            close = difflib.get_close_matches(str(name), columns, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(columns)}"
            raise ConfigError(f"{place}: the manifest has no column {bounded_text(name, 80)}; {hint}")


def _reason(problem: Exception) -> str:
    """Return the first reason of Great Expectations' own checks, with the name of the value that it is about."""
    details: list[dict[str, Any]] = problem.errors() if hasattr(problem, "errors") else []
    if not details:
        return bounded_text(problem)
    name = ".".join(str(part) for part in details[0]["loc"] if part != "__root__")
    return bounded_text(f"{name}: {details[0]['msg']}" if name else details[0]["msg"])
