"""A study as one flat table: a line per row, for a spreadsheet and for the Prefect UI."""

from collections.abc import Mapping
from typing import Any

from melanoma.stages.job import Summary

_COLUMNS = (("leaking", "validation"), ("clean", "validation"), ("clean", "test"))
_METRICS = ("balanced_accuracy", "accuracy")
_AGAINST = ("row before", "baseline", "as published")


def table_rows(document: Mapping[str, Any]) -> list[Summary]:
    """Return a line per row; what there is no figure of is empty.

    Args:
        document: `study.json`.
    """
    return [_flatten(row, document["comparisons"]) for row in document["rows"]]


def _flatten(row: Mapping[str, Any], comparisons: list[Mapping[str, Any]]) -> Summary:
    line: Summary = {"row": row["name"]}
    for protocol, split in _COLUMNS:
        figures = ((row[protocol] or {}).get("splits", {})).get(split, {})
        for metric in _METRICS:
            line |= _spread(f"{protocol} {split} {metric}", figures.get(metric))
    line |= {name: row["clean"][name] for name in ("parameters", "seconds")}
    for against in _AGAINST:
        line |= _gain(against, _find(row["name"], against, comparisons))
    return line | {f"{protocol} run": (row[protocol] or {}).get("run_id") or "" for protocol in ("clean", "leaking")}


def _find(name: str, against: str, comparisons: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return next((entry for entry in comparisons if (entry["row"], entry["against"]) == (name, against)), None)


def _spread(name: str, figure: Mapping[str, Any] | None) -> Summary:
    low, high = figure["ci95"] if figure else ("", "")
    return {name: figure["value"] if figure else "", f"{name} low": low, f"{name} high": high}


def _gain(against: str, found: Mapping[str, Any] | None) -> Summary:
    name = f"gain over {against}"
    difference, verdict = (found["difference"], found["verdict"]) if found else (None, "")
    return _spread(name, difference) | {f"{name} verdict": verdict}
