"""What one temperature, fitted on calibration rows, would make of the probabilities.

It is described here and nothing else: predictions, the operating point, prediction sets and every other figure are of
the probabilities as the model states them. A temperature changes no order of the classes, so no predicted class either.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from melanoma.data.roles import CALIBRATION
from melanoma.evaluation.bootstrap import measure
from melanoma.evaluation.figure import NotEvaluated, Outcome
from melanoma.evaluation.log_loss import LOG_LOSS
from melanoma.evaluation.metrics import brier, ece
from melanoma.evaluation.part import Part, Rule
from melanoma.evaluation.reliability import describe_bins
from melanoma.evaluation.remark import first_figures
from melanoma.evaluation.scored_rows import ScoredRows
from melanoma.evaluation.split_evaluation import SplitEvaluation
from melanoma.evaluation.temperature import HIGHEST, LOWEST, find_temperature, scale

NAME = "temperature"
_METRICS = (ece.METRIC, brier.METRIC, LOG_LOSS)


def freeze_temperature(splits: Mapping[str, SplitEvaluation]) -> Rule | NotEvaluated:
    """Fit the temperature on calibration rows."""
    if CALIBRATION not in splits:
        return NotEvaluated(f"there are no {CALIBRATION} rows to fit the temperature on")
    rows, least = splits[CALIBRATION].rows, splits[CALIBRATION].config.min_events
    lesions = int(rows.groups.max()) + 1
    if lesions < least:
        return NotEvaluated(f"{CALIBRATION} has {lesions} lesions to fit the temperature on; {least} are needed")
    temperature = find_temperature(rows)
    if temperature is None:
        return NotEvaluated(
            f"no temperature between {LOWEST:g} and {HIGHEST:g} is best on {CALIBRATION}: its rows are as good as all "
            "right, or no better than guessing"
        )
    return {"temperature": temperature, "classes": list(rows.classes), "fitted_on": CALIBRATION}


def evaluate_temperature(split: SplitEvaluation, rule: Rule) -> dict[str, Any] | NotEvaluated:
    """Return ECE, Brier score and log loss before and after, the bins after, and the temperature."""
    if list(split.rows.classes) != list(rule["classes"]):
        return NotEvaluated("the temperature was fitted to other classes than this set's, of which some are joined")
    scaled = replace(split.rows, probabilities=scale(split.rows.probabilities, float(rule["temperature"])))
    remark = "optimistic, because the temperature was fitted on these rows" if split.name == CALIBRATION else ""
    return {
        **rule,
        "before": _measure(split, split.rows),
        "after": _measure(split, scaled, remark),
        "bins": describe_bins(scaled),
    }


def _measure(split: SplitEvaluation, rows: ScoredRows, remark: str = "") -> dict[str, Outcome]:
    """Measure on the same resamples as every other figure of the split."""
    return first_figures(measure(rows, _METRICS, split.config.resamples, split.seed), remark)


PART = Part(NAME, evaluate_temperature, freeze_temperature)
