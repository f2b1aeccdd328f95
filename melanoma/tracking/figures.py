"""Metrics of an MLflow run: the figures of its splits with the ends of their intervals, and its curves by epoch."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from melanoma.data.roles import TEST, VALIDATION

_SPLITS = (VALIDATION, TEST)
_PARTS = ("metrics", "operating_point", "per_class")
_REFUSED = re.compile(r"[^\w\- .]")  # by MLflow or its stores, in a part of a metric's name


@dataclass(frozen=True)
class Measured:
    """One number of a run.

    Attributes:
        name: What it is, such as ``test/melanoma_auroc`` or ``val_loss``.
        value: It.
        step: The epoch, or the strength of the penalty in the order of trying; 0 for figures of a whole split.
    """

    name: str
    value: float
    step: int = 0


def list_figures(metrics: Mapping[str, Any]) -> list[Measured]:
    """Return the figures on validation and test rows.

    Args:
        metrics: `metrics.json`.

    Returns:
        Three numbers per figure: ``test/accuracy``, and ``test/accuracy_low`` and ``test/accuracy_high``, which are the
        ends of its 95 % interval. What was not evaluated is not there.
    """
    splits = metrics["splits"]
    return [
        measured
        for split in _SPLITS
        if split in splits
        for part in _PARTS
        for measured in _walk(splits[split].get(part) or {}, split if part == "metrics" else f"{split}/{part}")
    ]


def list_curves(history: Mapping[str, Any]) -> list[Measured]:
    """Return every number that a training noted by epoch; of a head by fitted penalty.

    Args:
        history: `history.json`.

    Returns:
        The numbers under their own names; those of the second and further networks of an ensemble under ``network_2``.
    """
    curves = _curves_of(history, "")
    for number, member in enumerate(history.get("members", ())[1:], 2):
        curves += _curves_of(member, f"network_{number}/")
    return curves


def _curves_of(history: Mapping[str, Any], before: str) -> list[Measured]:
    return [
        Measured(f"{before}{_clean(name)}", float(value), int(epoch["epoch"]))
        for epoch in history.get("epochs", ())
        for name, value in epoch.items()
        if name != "epoch" and _is_number(value)
    ]


def _walk(tree: Mapping[str, Any], path: str) -> Iterator[Measured]:
    if "value" in tree and "ci95" in tree:
        low, high = tree["ci95"]
        for end, value in (("", tree["value"]), ("_low", low), ("_high", high)):
            yield Measured(path + end, float(value))
        return
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _walk(value, f"{path}/{_clean(name)}")


def _clean(name: str) -> str:
    return _REFUSED.sub("-", name)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
