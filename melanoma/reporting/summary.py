"""The few lines that sum a run up in a terminal."""

from collections.abc import Mapping
from typing import Any

from melanoma.data.examples import LEAK_SHARES
from melanoma.reporting.names import metric_name, within_sentence
from melanoma.reporting.number_text import count_text, decimal_text, figure_text, share_text

_HEADLINE = ("balanced_accuracy", "accuracy")


def headline(metrics: Mapping[str, Any], leak: Mapping[str, Any]) -> list[str]:
    """Say how good the model is on test images, and whether the protocol leaks.

    Args:
        metrics: `metrics.json`.
        leak: `leak.json`.

    Returns:
        One line per figure, each with its 95 % interval and n, and one or two on the leak.
    """
    test = metrics.get("splits", {}).get("test")
    if test is None:
        return ["test: not evaluated, because no image is in the test split", *leak_lines(leak)]
    lines = [
        f"test {within_sentence(metric_name(name))}: {figure_text(test['metrics'][name])}{_chance(name, metrics)}"
        for name in _HEADLINE
        if name in test["metrics"]
    ]
    return [*lines, *_operating_point(test), *leak_lines(leak)]


def leak_lines(leak: Mapping[str, Any]) -> list[str]:
    """Say how many validation, calibration and test images have a relative in training."""
    lines = [
        f"leak: {count_text(leak[f'{split}_with_relative_in_training'])} of {count_text(leak[f'{split}_images'])} "
        f"{split} images ({share_text(leak[share])}) have a relative in training"
        for split, share in LEAK_SHARES.items()
        if leak.get(f"{split}_images")
    ]
    if leak.get("protocol") == "after_augmentation":
        lines.append("leak: this protocol makes copies before it splits; do not report its validation figures")
    return lines


def _chance(name: str, metrics: Mapping[str, Any]) -> str:
    classes = metrics.get("classes", ())
    return f" (chance {decimal_text(1 / len(classes))})" if name == "balanced_accuracy" and classes else ""


def _operating_point(test: Mapping[str, Any]) -> list[str]:
    point = test.get("operating_point", {})
    if "sensitivity" not in point:
        return []
    return [
        f"test {point['class']} sensitivity at the operating point (threshold {decimal_text(point['threshold'])}, "
        f"chosen on {point['chosen_on']}): {figure_text(point['sensitivity'])}"
    ]
