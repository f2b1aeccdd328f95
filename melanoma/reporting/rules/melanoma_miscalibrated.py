"""Rule: the melanoma probability does not mean what it says."""

from collections.abc import Mapping
from typing import Any

from melanoma.reporting.evidence import Evidence
from melanoma.reporting.number_text import decimal_text, interval_text
from melanoma.reporting.rule import Rule, find_figures

MARGIN = 0.1
_RESCALED = "after"


def explain_slope(evidence: Evidence) -> str:
    """Say that the calibration slope of the melanoma probability lies beyond 1 by more than the margin."""
    slope = _melanoma_slope(evidence)
    if slope is None:
        return ""
    low, high = slope["ci95"]
    if low <= 1 + MARGIN and high >= 1 - MARGIN:
        return ""
    kind = "too sure of itself" if high < 1 else "less sure than it could be"
    return (
        f"The melanoma probability is miscalibrated, {kind}: its calibration slope on test is "
        f"{decimal_text(slope['value'])} {interval_text(slope['ci95'])}, where 1 is right."
    )


def _melanoma_slope(evidence: Evidence) -> Mapping[str, Any] | None:
    """Return the slope of the probabilities as the model gives them, of melanoma where there are several."""
    found = list(find_figures(evidence.split("test").get("calibration", {}), "slope"))
    given = [(path, slope) for path, slope in found if not any(_RESCALED in name for name in path)]
    of_melanoma = [slope for path, slope in given if any("melanoma" in name for name in path)]
    return next(iter([*of_melanoma, *(slope for _, slope in given)]), None)


RULE = Rule(
    "amber",
    4,
    f"The melanoma probability is miscalibrated: the 95 % interval of its calibration slope on test lies beyond 1 by "
    f"more than {MARGIN:g}.",
    explain_slope,
    "Read the probabilities as an order, not as risks, or use them after temperature scaling where the report shows "
    "that it mends them.",
    lambda evidence: _melanoma_slope(evidence) is not None,
)
