"""What the frozen threshold on the melanoma probability gives on a split."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from melanoma.evaluation.figure import Figure, NotEvaluated, Outcome
from melanoma.evaluation.operating_point import (
    DIAGNOSIS,
    OperatingPoint,
    choose_operating_point,
    count_called,
    number_needed_to_biopsy,
    operating_point_metrics,
)
from melanoma.evaluation.part import Part, Rule
from melanoma.evaluation.split_evaluation import SplitEvaluation

NAME = "operating_point"
_CHOSEN_ON = "validation"


def freeze_point(splits: Mapping[str, SplitEvaluation]) -> Rule | NotEvaluated:
    """Choose the threshold on validation."""
    if _CHOSEN_ON not in splits:
        return NotEvaluated(f"there are no {_CHOSEN_ON} rows to choose the threshold on")
    validation = splits[_CHOSEN_ON]
    if DIAGNOSIS not in validation.rows.classes:
        return NotEvaluated(f"{DIAGNOSIS} is not among the classes")
    point = choose_operating_point(validation.rows, validation.config.target_sensitivity)
    return _rule(point) if point else NotEvaluated(f"{_CHOSEN_ON} has no row of {DIAGNOSIS} to choose the threshold on")


def evaluate_point(split: SplitEvaluation, rule: Rule) -> dict[str, Any] | NotEvaluated:
    """Return what the frozen threshold gives, and the threshold."""
    if DIAGNOSIS not in split.rows.classes:
        return NotEvaluated(f"{DIAGNOSIS} is not among the classes")
    point = read_point(rule)
    measured = split.measure(operating_point_metrics(split.rows, point))
    outcomes = {name: columns[0] for name, columns in measured.items()}
    outcomes["number_needed_to_biopsy"] = number_needed_to_biopsy(outcomes["ppv"], count_called(split.rows, point))
    optimistic = "; optimistic, because the threshold was chosen on these rows" if split.name == _CHOSEN_ON else ""
    return {**rule, **{name: _add_to_method(outcome, optimistic) for name, outcome in outcomes.items()}}


def read_point(rule: Rule) -> OperatingPoint:
    """Return the operating point that a rule stands for."""
    return OperatingPoint(float(rule["threshold"]), float(rule["target_sensitivity"]))


def _rule(point: OperatingPoint) -> Rule:
    return {
        "class": DIAGNOSIS,
        "threshold": point.threshold,
        "chosen_on": _CHOSEN_ON,
        "target_sensitivity": point.target_sensitivity,
    }


def _add_to_method(outcome: Outcome, remark: str) -> Outcome:
    return replace(outcome, method=outcome.method + remark) if isinstance(outcome, Figure) else outcome


PART = Part(NAME, evaluate_point, freeze_point)
