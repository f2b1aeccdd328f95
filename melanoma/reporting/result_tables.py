"""Figures arranged as tables: rows, columns, and a number for each method by which an interval was made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from melanoma.reporting.evidence import Evidence
from melanoma.reporting.names import metric_name, order_metrics, order_point_figures, order_splits, plain_name

FigureRecord = Mapping[str, Any]
_CLASS_COLUMNS = ("sensitivity", "precision", "f1", "auroc")
_TILES = ("balanced_accuracy", "accuracy", "melanoma_auroc", "macro_auroc")
_MOST_TILES = 4


@dataclass(frozen=True)
class Row:
    """One row: what it is about, and a figure per column; None where there is no data."""

    name: str
    figures: tuple[FigureRecord | None, ...]


@dataclass(frozen=True)
class Tile:
    """One headline figure; ``chance`` is where guessing would be."""

    name: str
    split: str
    figure: FigureRecord
    chance: float | None = None


def split_names(metrics: Mapping[str, Any]) -> list[str]:
    """Return the evaluated splits in the order of the report."""
    return order_splits(metrics.get("splits", {}))


def metric_rows(metrics: Mapping[str, Any]) -> list[Row]:
    """Return a row per metric with a column per split."""
    records = [metrics["splits"][split].get("metrics", {}) for split in split_names(metrics)]
    names = order_metrics({name for record in records for name in record})
    return [Row(name, tuple(record.get(name) for record in records)) for name in names]


def point_rows(metrics: Mapping[str, Any]) -> list[Row]:
    """Return a row per figure of the operating point with a column per split."""
    points = [metrics["splits"][split].get("operating_point", {}) for split in split_names(metrics)]
    names = order_point_figures({name for point in points for name in point if is_figure(point[name])})
    return [Row(name, tuple(point.get(name) for point in points)) for name in names]


def is_figure(value: object) -> bool:
    """Tell a figure from what else a record holds, such as a threshold."""
    return isinstance(value, Mapping) and "ci95" in value


def class_columns(record: Mapping[str, Any]) -> list[str]:
    """Return the figures that a split has of single diagnoses: known ones first, then others by name."""
    present = {name for entry in record.get("per_class", {}).values() for name, value in entry.items() if name != "n"}
    return [*(name for name in _CLASS_COLUMNS if name in present), *sorted(present - set(_CLASS_COLUMNS))]


def class_rows(record: Mapping[str, Any], classes: Sequence[str]) -> list[tuple[int, Row]]:
    """Return per diagnosis its number of images and its figures in the order of `class_columns`."""
    columns = class_columns(record)
    entries = [(name, record.get("per_class", {}).get(name, {})) for name in classes]
    return [(entry.get("n", 0), Row(name, tuple(entry.get(c) for c in columns))) for name, entry in entries]


def headline_tiles(evidence: Evidence) -> list[Tile]:
    """Return the figures that stand at the top: of test, or of validation if there is no test."""
    splits = split_names(evidence.metrics)
    if not splits:
        return []
    split = "test" if "test" in splits else splits[0]
    found = [(name, evidence.figure(split, name)) for name in _TILES]
    tiles = [
        Tile(metric_name(name), split, figure, evidence.chance if name == "balanced_accuracy" else None)
        for name, figure in found
        if figure
    ]
    return [*tiles[: _MOST_TILES - 1], *_operating_point_tile(evidence, split)]


def number_methods(metrics: Mapping[str, Any]) -> dict[str, int]:
    """Number the methods by which intervals were made from 1, those of the headline metrics first."""
    found = [*headline_methods(metrics), *_methods(metrics.get("splits", {}))]
    return {method: place for place, method in enumerate(dict.fromkeys(found), 1)}


def headline_methods(metrics: Mapping[str, Any]) -> list[str]:
    """Return the methods of the headline metrics, in order of appearance."""
    figures = [figure for row in metric_rows(metrics) for figure in row.figures if figure]
    return list(dict.fromkeys(figure["method"] for figure in figures))


def _operating_point_tile(evidence: Evidence, split: str) -> list[Tile]:
    point = evidence.split(split).get("operating_point", {})
    if "sensitivity" not in point:
        return []
    return [Tile(f"{plain_name(point['class'])} sensitivity*", split, point["sensitivity"])]


def _methods(record: object) -> Iterator[str]:
    if not isinstance(record, Mapping):
        return
    if "ci95" in record:
        yield record["method"]
    for value in record.values():
        yield from _methods(value)
