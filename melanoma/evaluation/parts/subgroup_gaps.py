"""How far the best and the worst subgroup of a column are apart in accuracy."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.part import Part, Rule
from melanoma.evaluation.parts.subgroups import UNKNOWN, label_subgroups
from melanoma.evaluation.scored_rows import Bools
from melanoma.evaluation.split_evaluation import SplitEvaluation
from melanoma.evaluation.subgroup_gap import Gap, measure_gap

_FEWEST_GROUPS = 2
Measure = Callable[[SplitEvaluation, Bools], Gap]


def evaluate_gaps(split: SplitEvaluation, rule: Rule) -> dict[str, Any]:
    """Return by column ``best``, ``worst`` and ``accuracy``: best - worst, corrected for choosing the extremes."""
    return describe_gaps(split, measure_gap)


def describe_gaps(split: SplitEvaluation, measure: Measure) -> dict[str, Any]:
    """Measure the gap of each column by which subgroups are formed.

    Args:
        split: The split.
        measure: Takes it and bool [n, K], the rows of each subgroup.

    Returns:
        By column ``best``, ``worst`` and ``accuracy``, or a ``note``. A column without any value is left out: the part
        of the subgroups says why.
    """
    labelled = {column: label_subgroups(split.table, column) for column in split.config.subgroups}
    return {column: _describe_gap(split, labels, measure) for column, labels in labelled.items() if labels is not None}


def _describe_gap(split: SplitEvaluation, labels: "pd.Series[str]", measure: Measure) -> dict[str, Any]:
    counts = labels[labels != UNKNOWN].value_counts()
    fewest = split.config.min_events
    names = sorted(str(name) for name, n in counts.items() if n >= fewest)
    if len(names) < _FEWEST_GROUPS:
        return {"note": f"fewer than {_FEWEST_GROUPS} subgroups have {fewest} rows"}
    members = np.stack([(labels == name).to_numpy(np.bool_) for name in names], axis=1)
    gap = measure(split, members)
    if isinstance(gap.difference, NotEvaluated):
        return {"note": gap.difference.reason}
    return {"best": names[gap.best], "worst": names[gap.worst], "accuracy": gap.difference}


PART = Part("subgroup_gaps", evaluate_gaps)
