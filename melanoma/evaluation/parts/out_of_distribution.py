"""Which pictures look so unlike those that the model was made with that its prediction should not be relied on.

What is usual is learnt from validation rows, the limit from calibration rows, which took no part in that: it is the
quantile of their distances that lets the stated share of pictures like these be called unlike, and no more on average
(split-conformal, as in `melanoma.evaluation.prediction_sets`; each lesion counts once). No diagnosis is looked at.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from melanoma.data.roles import CALIBRATION
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.metric import proportion
from melanoma.evaluation.part import Part, Rule
from melanoma.evaluation.prediction_sets import find_least_probability, lesions_needed
from melanoma.evaluation.remark import first_figures
from melanoma.evaluation.split_evaluation import SplitEvaluation
from melanoma.evaluation.unlikeness import (
    describe_usual,
    has_measures,
    measure_distance,
    read_usual,
    take_measures,
)

NAME = "out_of_distribution"
_LEARNT_ON = "validation"
FEWEST = 60  # lesions to learn the spread of twelve measures from: five for each


def freeze_limit(splits: Mapping[str, SplitEvaluation]) -> Rule | NotEvaluated:
    """Learn what is usual on validation, and from which distance on a picture is unlike that on calibration."""
    problem = next(filter(None, (_find_lacking(splits, name) for name in (_LEARNT_ON, CALIBRATION))), "")
    if problem:
        return NotEvaluated(problem)
    usual = describe_usual(take_measures(splits[_LEARNT_ON].table))
    calibration = splits[CALIBRATION]
    share = calibration.config.false_alarms
    distances = measure_distance(take_measures(calibration.table), usual)
    return {
        **usual.to_json(),
        "limit": -find_least_probability(-distances, calibration.rows.groups, 1 - share),
        "false_alarms": share,
        "learnt_on": _LEARNT_ON,
        "fitted_on": CALIBRATION,
    }


def evaluate_limit(split: SplitEvaluation, rule: Rule) -> dict[str, Any] | NotEvaluated:
    """Return the share of pictures that are called unlike."""
    if not _is_measured(split):
        return NotEvaluated("what pictures look like has not been measured on these rows")
    unlike = measure_distance(take_measures(split.table), read_usual(rule)) > rule["limit"]
    every = np.ones(split.rows.size, dtype=np.bool_)
    remark = "the limit was fitted on these rows" if split.name == CALIBRATION else ""
    remark = "what is usual was learnt from these rows" if split.name == _LEARNT_ON else remark
    metric = proportion("unlike", unlike, every, "the split has no row")
    return {
        "limit": rule["limit"],
        "false_alarms": rule["false_alarms"],
        **first_figures(split.measure((metric,)), remark),
    }


def _find_lacking(splits: Mapping[str, SplitEvaluation], name: str) -> str:
    """Say what rows lack to be learnt from; nothing if they are enough."""
    if name not in splits:
        return f"there are no {name} rows to learn from what pictures usually look like"
    split = splits[name]
    if not _is_measured(split):
        return f"what pictures look like has not been measured on {name} rows"
    lesions = int(split.rows.groups.max()) + 1
    share = split.config.false_alarms
    least = FEWEST if name == _LEARNT_ON else lesions_needed(1 - share)
    purpose = "what pictures usually look like" if name == _LEARNT_ON else f"a limit with {share:.0%} false alarms"
    return f"{name} has {lesions} lesions to learn {purpose}; {least} are needed" if lesions < least else ""


def _is_measured(split: SplitEvaluation) -> bool:
    return int(has_measures(take_measures(split.table)).sum()) == split.rows.size


PART = Part(NAME, evaluate_limit, freeze_limit)
