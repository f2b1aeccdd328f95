"""Prediction sets that hold the true diagnosis as often as was asked for, fitted on calibration rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from melanoma.data.roles import CALIBRATION
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.metric import Metric, proportion
from melanoma.evaluation.operating_point import DIAGNOSIS
from melanoma.evaluation.part import Part, Rule
from melanoma.evaluation.prediction_sets import find_least_probability, hold_classes, lesions_needed
from melanoma.evaluation.ranking import divide
from melanoma.evaluation.remark import first_figures
from melanoma.evaluation.scored_rows import Bools, Floats, ScoredRows
from melanoma.evaluation.split_evaluation import SplitEvaluation

NAME = "conformal"
OTHERS = "others"


def freeze_sets(splits: Mapping[str, SplitEvaluation]) -> Rule | NotEvaluated:
    """Find on calibration rows from which probability on a class belongs to a set."""
    if CALIBRATION not in splits:
        return NotEvaluated(f"there are no {CALIBRATION} rows to fit prediction sets on")
    rows, coverage = splits[CALIBRATION].rows, splits[CALIBRATION].config.coverage
    sides = _take_sides(rows)
    found = {name: int(rows.count_groups(of_side)[0]) for name, of_side in sides.items()}
    least = lesions_needed(coverage)
    for name, lesions in found.items():
        if lesions < least:
            whose = DIAGNOSIS if name == DIAGNOSIS else "other classes"
            return NotEvaluated(
                f"{CALIBRATION} has {lesions} lesions of {whose}; sets that hold {coverage:.0%} need {least}"
            )
    true = rows.probabilities[np.arange(rows.size), rows.truth]
    probabilities = {
        name: find_least_probability(true[of_side], rows.groups[of_side], coverage) for name, of_side in sides.items()
    }
    return {
        "coverage": coverage,
        "least_probability": probabilities,
        "lesions": found,
        "classes": list(rows.classes),
        "fitted_on": CALIBRATION,
    }


def evaluate_sets(split: SplitEvaluation, rule: Rule) -> dict[str, Any] | NotEvaluated:
    """Return how often the sets hold the true diagnosis, and how large they are."""
    if list(split.rows.classes) != list(rule["classes"]):
        return NotEvaluated("the sets were fitted to other classes than this set's, of which some are joined")
    remark = "optimistic, because the sets were fitted on these rows" if split.name == CALIBRATION else ""
    outcomes = split.measure(set_metrics(split.rows, make_sets(split.rows, rule)))
    return {**rule, "sets": first_figures(outcomes, remark)}


def make_sets(rows: ScoredRows, rule: Rule) -> Bools:
    """Return which classes each row's set holds, bool [n, C]."""
    return hold_classes(rows.probabilities, list_least(rule, rows.classes))


def list_least(rule: Rule, classes: Sequence[str]) -> Floats:
    """Return the probability from which on each class belongs to a set, float64 [C]."""
    least = rule["least_probability"]
    return np.array([least.get(name, least[OTHERS]) for name in classes])


def set_metrics(rows: ScoredRows, sets: Bools) -> tuple[Metric, ...]:
    """Return the figures of sets: coverage of all, of melanoma and of the rest, size, and shares by size."""
    holds = sets[np.arange(rows.size), rows.truth]
    size, every = sets.sum(axis=1), np.ones(rows.size, dtype=np.bool_)
    sides = _take_sides(rows)
    no_row = "the split has no row"
    return (
        proportion("coverage", holds, every, no_row),
        *(
            proportion(f"{name}_coverage", holds, of_side, f"the split has no row of {name}")
            for name, of_side in sides.items()
        ),
        Metric(
            name="mean_size",
            function=lambda sample: divide(sample.weights @ size.astype(np.float64), sample.total),
            needs=no_row,
            upper=float(len(rows.classes)),
        ),
        proportion("single", size == 1, every, no_row),
        proportion("empty", size == 0, every, no_row),
        proportion("full", size == len(rows.classes), every, no_row),
    )


def _take_sides(rows: ScoredRows) -> dict[str, Bools]:
    """Return the rows of melanoma and of all other classes; of one side only where melanoma is no class."""
    melanoma = np.array([name == DIAGNOSIS for name in rows.classes])[rows.truth]
    return {DIAGNOSIS: melanoma, OTHERS: ~melanoma} if DIAGNOSIS in rows.classes else {OTHERS: ~melanoma}


PART = Part(NAME, evaluate_sets, freeze_sets)
