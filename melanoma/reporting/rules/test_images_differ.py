"""Rule: the test images are not of the kind that the threshold and the epochs were chosen on.

``agreement.two_sample`` gives how well a small model tells test images from validation images of the same diagnoses by
colour, border and sharpness alone.
"""

from collections.abc import Mapping
from typing import Any

from melanoma.evaluation.interval import widen_interval
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.number_text import decimal_text, interval_text
from melanoma.reporting.rule import ALARM_LEVEL, Rule

_CANNOT = 0.5


def explain_source(evidence: Evidence) -> str:
    """Say how well the two are told apart, where even the 99 % interval lies above what one source gives."""
    apart = _told_apart(evidence)
    if apart is None or widen_interval(apart["value"], apart["ci95"], ALARM_LEVEL)[0] <= _CANNOT:
        return ""
    return (
        "Test images differ from validation images of the same diagnoses in colour, border or sharpness: a small model "
        f"tells them apart with an AUROC of {decimal_text(apart['value'])} {interval_text(apart['ci95'])}, where 0.5 "
        "means that it cannot."
    )


def _told_apart(evidence: Evidence) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = evidence.metrics.get("agreement", {}).get("two_sample", {}).get("auroc")
    return found


RULE = Rule(
    "amber",
    7,
    "Test images are from another source: the 99 % interval of the AUROC by which image statistics alone tell them "
    "from validation images of the same diagnoses lies above 0.5.",
    explain_source,
    "Expect another sensitivity at the frozen threshold wherever images are taken in another way; choose the threshold "
    "again on validation images of the source where the model is to be used.",
    lambda evidence: _told_apart(evidence) is not None,
)
