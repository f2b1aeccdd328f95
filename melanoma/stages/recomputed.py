"""A run's headline figures, recomputed from its predictions by the settings that it has recorded."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from melanoma.data.proof import MOST_OFFENDERS, Claim, claim
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.stages.recorded_config import evaluate_config_of

TOLERANCE = 1e-9


def figures_follow(record: Mapping[str, Any], metrics: Mapping[str, Any], predictions: pd.DataFrame) -> Claim:
    """Claim that every figure of `metrics.json` follows from the predictions.

    Values and intervals are recomputed by the run's own resamples, so that they agree but for rounding. What a later
    version adds to `metrics.json` is not looked for in a run of an earlier one.

    Args:
        record: The run's `run.json`.
        metrics: Its `metrics.json`.
        predictions: Its `predictions.parquet`.

    Returns:
        The claim; it names the first figures that differ.

    Raises:
        ModelError: If the predictions cannot be trusted.
        ConfigError: If the run's settings are those of another version.
    """
    again = evaluate_predictions(predictions, metrics["classes"], evaluate_config_of(record), int(record["seed"]))
    told, found = (
        dict(_numbers({"frozen": document.get("frozen", {}), **document["splits"]}, ""))
        for document in (metrics, again)
    )
    wrong = [
        _offence(path, value, found.get(path)) for path, value in told.items() if not _agree(value, found.get(path))
    ]
    text = f"{len(wrong)} of {len(told)} numbers of metrics.json do not follow from predictions.parquet"
    return claim("figures_follow_from_predictions", wrong[:MOST_OFFENDERS], text)


def _numbers(tree: object, path: str) -> Iterator[tuple[str, float]]:
    """Yield every number of a tree with its path, such as ``test.metrics.accuracy.value``."""
    if isinstance(tree, Mapping):
        for name, item in tree.items():
            yield from _numbers(item, f"{path}.{name}" if path else str(name))
    elif isinstance(tree, list):
        for place, item in enumerate(tree):
            yield from _numbers(item, f"{path}[{place}]")
    elif isinstance(tree, int | float) and not isinstance(tree, bool):
        yield path, float(tree)


def _agree(told: float, found: float | None) -> bool:
    return found is not None and math.isclose(told, found, rel_tol=0, abs_tol=TOLERANCE)


def _offence(path: str, told: float, found: float | None) -> str:
    return f"{path}: metrics.json says {told:.9g}, predictions give {'none' if found is None else f'{found:.9g}'}"
