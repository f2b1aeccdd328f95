"""Rule: the melanoma probability does not mean what it says."""

from collections.abc import Mapping
from math import exp, log
from typing import Any

from melanoma.reporting.evidence import Evidence
from melanoma.reporting.number_text import decimal_text, interval_text
from melanoma.reporting.rule import Rule, find_figures

MARGIN = 0.1
ODDS_MARGIN = 1.25
_RESCALED = "after"


def explain_calibration(evidence: Evidence) -> str:
    """Say that the calibration slope, or the odds on the whole, are off by more than the margin."""
    told = [text for text in (_explain_slope(evidence), _explain_intercept(evidence)) if text]
    return f"The melanoma probability is miscalibrated, {'; and '.join(told)}." if told else ""


def _explain_slope(evidence: Evidence) -> str:
    slope = _find(evidence, "slope")
    if slope is None or not _lies_beyond(slope, 1 - MARGIN, 1 + MARGIN):
        return ""
    kind = "too sure of itself" if slope["ci95"][1] < 1 else "less sure than it could be"
    return (
        f"{kind}: its calibration slope on test is {decimal_text(slope['value'])} {interval_text(slope['ci95'])}, "
        "where 1 is right"
    )


def _explain_intercept(evidence: Evidence) -> str:
    """Turn the intercept, a logarithm of odds, into how many times the true odds are the stated ones."""
    intercept = _find(evidence, "intercept")
    if intercept is None or not _lies_beyond(intercept, -log(ODDS_MARGIN), log(ODDS_MARGIN)):
        return ""
    kind = "too high on average" if intercept["ci95"][1] < 0 else "too low on average"
    times, ends = exp(intercept["value"]), [exp(end) for end in intercept["ci95"]]
    return f"{kind}: the odds on test are {decimal_text(times)} {interval_text(ends)} times the stated ones"


def _lies_beyond(figure: Mapping[str, Any], low: float, high: float) -> bool:
    """Tell whether the whole interval is on one side of what is close enough."""
    return bool(figure["ci95"][1] < low or figure["ci95"][0] > high)


def _find(evidence: Evidence, name: str) -> Mapping[str, Any] | None:
    """Return a figure of the probabilities as the model gives them, of melanoma where there are several."""
    found = list(find_figures(evidence.split("test").get("calibration", {}), name))
    given = [(path, figure) for path, figure in found if not any(_RESCALED in part for part in path)]
    of_melanoma = [figure for path, figure in given if any("melanoma" in part for part in path)]
    return next(iter([*of_melanoma, *(figure for _, figure in given)]), None)


RULE = Rule(
    "amber",
    4,
    f"The melanoma probability is miscalibrated: the 95 % interval of its calibration slope on test lies beyond 1 by "
    f"more than {MARGIN:g}, or that of the odds on the whole lies beyond the stated ones by more than a factor of "
    f"{ODDS_MARGIN:g}.",
    explain_calibration,
    "Read the probabilities as an order, not as risks, or use them after temperature scaling where the report shows "
    "that it mends them; it cannot mend odds that are off because melanoma is more or less frequent than in training.",
    lambda evidence: any(_find(evidence, name) is not None for name in ("slope", "intercept")),
)
