"""Sentences about validation against test, in plain words, with every number and its interval.

They say what a number is consistent with, not what caused it: no split of one set can show a cause.
"""

from collections.abc import Mapping
from typing import Any

from melanoma.data.examples import LEAK_SHARES
from melanoma.evaluation.figure import Figure, NotEvaluated, Outcome

RANKS = ("largest", "second largest", "third largest")
# Below this a figure of three decimals shows no shift.
NO_SHIFT = 0.0005

Pair = tuple[Figure, Figure]


def state_leak(leak: Mapping[str, Any]) -> list[str]:
    """Say first whether images of a split have relatives in training.

    Args:
        leak: `leak.json`.

    Returns:
        A sentence for each split that leaks.
    """
    statements = []
    for split, share in LEAK_SHARES.items():
        related, images = leak.get(f"{split}_with_relative_in_training", 0), leak.get(f"{split}_images", 0)
        if related:
            statements.append(
                f"The {split} figures are not independent of training: {related} of {images} {split} images "
                f"({100 * leak[share]:.0f} %) have a copy, the same picture or the same lesion in training, "
                "which is consistent with figures that are too high."
            )
    return statements


def state_comparison(name: str, pair: Pair, difference: Figure) -> str:
    """Say one metric on both splits, and whether the intervals overlap."""
    validation, test = pair
    overlap = "overlap" if intervals_overlap(pair) else "do not overlap"
    return (
        f"{_words(name)} is {validation} on validation and {test} on test: the 95 % intervals {overlap} "
        f"(test minus validation {difference})."
    )


def state_mix(accuracy: Pair, reweighted: Outcome) -> str:
    """Say how much of the difference in accuracy another class mix is consistent with."""
    if isinstance(reweighted, NotEvaluated):
        return f"The part of the class mix was not measured: {reweighted.reason}."
    validation, test = accuracy
    gap, shift = test.value - validation.value, reweighted.value - validation.value
    start = f"With the class mix of test, validation accuracy would be {reweighted} instead of {validation.value:.3f}"
    if abs(shift) < NO_SHIFT or gap * shift < 0:
        return f"{start}: another class mix does not account for a difference of {gap:+.3f}."
    part = min(shift, gap, key=abs)
    return f"{start}: another class mix is consistent with {part:+.3f} of the difference of {gap:+.3f}."


def state_two_sample(apart: Outcome) -> str:
    """Say whether images of the two splits can be told apart by simple properties."""
    if isinstance(apart, NotEvaluated):
        return f"Whether validation and test images are alike was not tested: {apart.reason}."
    scale = f"AUROC {apart}, where 0.5 means that it cannot"
    if apart.interval[0] > 0.5:
        return (
            "From simple image statistics alone a small model tells test images from validation images of the same "
            f"diagnoses ({scale}), which is consistent with images from different sources."
        )
    return (
        "From simple image statistics alone a small model does not tell test images from validation images of the same "
        f"diagnoses ({scale}): no sign of different sources."
    )


def state_falls(pairs: Mapping[str, Pair], differences: Mapping[str, Figure]) -> list[str]:
    """Name the classes whose sensitivity fell most from validation to test, three at most.

    Args:
        pairs: By diagnosis, sensitivity on validation and on test.
        differences: By diagnosis, test minus validation.

    Returns:
        A sentence for each fall.
    """
    falls = sorted((figure.value, name) for name, figure in differences.items() if figure.value < 0)
    return [
        _state_fall(f"Of {len(pairs)} classes compared, {name} has the {rank} fall", pairs[name], differences[name])
        for rank, (_, name) in zip(RANKS, falls, strict=False)
    ]


def intervals_overlap(pair: Pair) -> bool:
    """Tell whether two 95 % intervals have a value in common."""
    (low, high), (other_low, other_high) = pair[0].interval, pair[1].interval
    return low <= other_high and other_low <= high


def _state_fall(start: str, pair: Pair, difference: Figure) -> str:
    chance = "; the interval holds 0, so chance can give it" if difference.interval[1] >= 0 else ""
    return f"{start} in sensitivity: {pair[0]} on validation, {pair[1]} on test, difference {difference}{chance}."


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
