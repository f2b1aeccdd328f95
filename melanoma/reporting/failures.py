"""Where the model fails on test images: the diagnoses that it misses most, and what it takes them for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from melanoma.reporting.evidence import Evidence

_SPLIT = "test"
_MOST = 2
_LOW = 0.5


@dataclass(frozen=True)
class Failure:
    """A diagnosis that is missed often.

    Attributes:
        diagnosis: Its name.
        sensitivity: The figure.
        taken_for: The diagnosis that it is predicted as most often when it is missed; empty if none was missed.
        times: How often it is.
        images: How many images of it there are.
    """

    diagnosis: str
    sensitivity: Mapping[str, Any]
    taken_for: str
    times: int
    images: int


def weakest_diagnoses(evidence: Evidence) -> list[Failure]:
    """Return the diagnoses that are missed most: those whose sensitivity is shown to be low come first.

    They are sorted by the upper end of the 95 % interval, so that one image that was missed does not stand before many.

    Args:
        evidence: What the run's artifacts hold.

    Returns:
        At most two: the weakest one, and one more if more than half of its images are missed.
    """
    per_class = evidence.split(_SPLIT).get("per_class", {})
    known = [(name, per_class[name]["sensitivity"]) for name in evidence.classes if _is_measured(per_class, name)]
    known.sort(key=lambda entry: (entry[1]["ci95"][1], entry[1]["value"], entry[0]))
    shown = [entry for place, entry in enumerate(known) if place == 0 or entry[1]["value"] < _LOW][:_MOST]
    return [_describe(evidence, name, sensitivity) for name, sensitivity in shown if sensitivity["value"] < 1]


def unmeasured_diagnoses(evidence: Evidence) -> list[str]:
    """Return the diagnoses of which no test image tells anything."""
    per_class = evidence.split(_SPLIT).get("per_class", {})
    return [name for name in evidence.classes if not _is_measured(per_class, name)]


def _is_measured(per_class: Mapping[str, Any], name: str) -> bool:
    return "sensitivity" in per_class.get(name, {})


def _describe(evidence: Evidence, name: str, sensitivity: Mapping[str, Any]) -> Failure:
    row = _confusion_row(evidence, name)
    wrong = {other: count for other, count in zip(evidence.classes, row, strict=False) if other != name and count}
    taken_for = max(wrong, key=lambda other: wrong[other], default="")
    return Failure(name, sensitivity, taken_for, wrong.get(taken_for, 0), sum(row))


def _confusion_row(evidence: Evidence, name: str) -> Sequence[int]:
    matrix: Sequence[Sequence[int]] = evidence.split(_SPLIT).get("confusion", ())
    place = evidence.classes.index(name)
    return matrix[place] if place < len(matrix) else ()
