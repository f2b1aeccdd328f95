"""A run's headline figures, recomputed from its predictions by the settings that it has recorded."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.data.proof import MOST_OFFENDERS, Claim, claim
from melanoma.evaluation.agreement import AgreementRequest, explain_agreement
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.stages.recorded_config import evaluate_config_of

TOLERANCE = 1e-9
# What images look like is not in a run's folder.
NO_PICTURES = pd.DataFrame(dtype=float)


def figures_follow(record: Mapping[str, Any], metrics: Mapping[str, Any], predictions: pd.DataFrame) -> Claim:
    """Claim that every figure of `metrics.json` follows from the predictions, but for that of the two-sample test.

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
    again = _evaluate_again(predictions, metrics["classes"], evaluate_config_of(record), int(record["seed"]))
    told, found = (dict(_numbers(_figures_of(document), "")) for document in (metrics, again))
    wrong = [
        _offence(path, value, found.get(path)) for path, value in told.items() if not _agree(value, found.get(path))
    ]
    text = f"{len(wrong)} of {len(told)} numbers of metrics.json do not follow from predictions.parquet"
    return claim("figures_follow_from_predictions", wrong[:MOST_OFFENDERS], text)


def _evaluate_again(
    predictions: pd.DataFrame, classes: Sequence[str], config: EvaluateConfig, seed: int
) -> dict[str, Any]:
    """Return `metrics.json` as far as predictions alone give it."""
    metrics = evaluate_predictions(predictions, classes, config, seed)
    request = AgreementRequest(predictions, NO_PICTURES, classes)
    return {**metrics, "agreement": explain_agreement(request, config, seed)}


def _figures_of(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of `metrics.json` that follow from predictions; two_sample is made of the pictures."""
    agreement = {name: item for name, item in metrics.get("agreement", {}).items() if name != "two_sample"}
    return {"frozen": metrics.get("frozen", {}), "agreement": agreement, **metrics["splits"]}


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
