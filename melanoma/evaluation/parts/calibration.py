"""Whether stated probabilities come true: a reliability diagram; slope and intercept of the melanoma probability."""

from collections.abc import Callable
from typing import Any

import numpy as np

from melanoma.evaluation.bootstrap import resample_groups
from melanoma.evaluation.figure import LARGEST_SHARE_DROPPED, Figure, NotEvaluated, Outcome
from melanoma.evaluation.operating_point import DIAGNOSIS
from melanoma.evaluation.part import Part, Rule
from melanoma.evaluation.recalibration import Binary, ask, centred_interval, fit_intercepts, fit_slopes
from melanoma.evaluation.reliability import describe_bins
from melanoma.evaluation.scored_rows import Floats
from melanoma.evaluation.split_evaluation import SplitEvaluation

Fit = Callable[[Binary, Floats], Floats]
_FITS: dict[str, tuple[Fit, str]] = {
    "slope": (fit_slopes, "one probability parts melanoma from the rest, so that the best slope has no bound"),
    "intercept": (fit_intercepts, "the split lacks rows of melanoma or rows of any other class"),
}


def evaluate_calibration(split: SplitEvaluation, rule: Rule) -> dict[str, Any]:
    """Return the bins of the reliability diagram, and calibration slope and intercept of the melanoma probability."""
    return {"bins": describe_bins(split.rows), DIAGNOSIS: _recalibrate(split)}


def _recalibrate(split: SplitEvaluation) -> dict[str, Any] | NotEvaluated:
    """Return number of images ``n``, melanomas among them (``events``), and the two figures."""
    if DIAGNOSIS not in split.rows.classes:
        return NotEvaluated(f"{DIAGNOSIS} is not among the classes")
    melanoma = split.rows.classes.index(DIAGNOSIS)
    actual = split.rows.is_actual[:, melanoma]
    few = _find_too_few(split)
    if few:
        return NotEvaluated(few)
    binary = ask(split.rows.probabilities[:, melanoma], actual)
    outcomes = {name: _estimate(split, binary, fit, undefined) for name, (fit, undefined) in _FITS.items()}
    return {"n": split.rows.size, "events": int(actual.sum()), **outcomes}


def _find_too_few(split: SplitEvaluation) -> str:
    """Say which side has too few lesions to fit a line to; nothing if both have enough."""
    actual = split.rows.is_actual[:, split.rows.classes.index(DIAGNOSIS)]
    found, others = split.rows.count_groups(np.stack([actual, ~actual], axis=1))
    least = split.config.min_events
    if min(found, others) >= least:
        return ""
    return f"the split has {found:.0f} lesions of {DIAGNOSIS} and {others:.0f} others; {least} of each are needed"


def _estimate(split: SplitEvaluation, binary: Binary, fit: Fit, undefined: str) -> Outcome:
    rows, config = split.rows, split.config
    value = float(fit(binary, np.ones((1, rows.size)))[0])
    if np.isnan(value):
        return NotEvaluated(undefined)
    resamples = resample_groups(rows.groups, config.resamples, split.seed)
    draws = np.concatenate([fit(binary, weights) for weights in resamples])
    defined = draws[~np.isnan(draws)]
    lacking = len(draws) - len(defined)
    if lacking > LARGEST_SHARE_DROPPED * len(draws):
        return NotEvaluated(f"in {lacking} of {len(draws)} bootstrap resamples {undefined}")
    method = f"logistic recalibration; bootstrap over lesions, normal and rid of bias, {len(draws)} resamples"
    if lacking:
        method += f"; {lacking} of them left out because they have no finite estimate"
    events = int(rows.is_actual[:, rows.classes.index(DIAGNOSIS)].sum())
    return Figure(value=value, interval=centred_interval(value, defined), n=rows.size, method=method, events=events)


PART = Part("calibration", evaluate_calibration)
