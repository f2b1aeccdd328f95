"""Accuracy and melanoma sensitivity by sex, age and site: a good average can hide a group that the model fails."""

from typing import Any

import numpy as np
import pandas as pd

from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.metric import Metric, proportion
from melanoma.evaluation.operating_point import DIAGNOSIS
from melanoma.evaluation.part import Part, Rule
from melanoma.evaluation.scored_rows import ScoredRows
from melanoma.evaluation.split_evaluation import SplitEvaluation

AGE_EDGES_YEARS = (0, 30, 50, 70, np.inf)
AGE_BANDS = ("<30", "30-49", "50-69", ">=70")
UNKNOWN = "unknown"


def evaluate_subgroups(split: SplitEvaluation, rule: Rule) -> dict[str, Any]:
    """Return, by column and subgroup, its number of images, ``n``, and its figures where it is large enough."""
    return {column: _describe_column(split, column) for column in split.config.subgroups}


def label_subgroups(predictions: pd.DataFrame, column: str) -> "pd.Series[str] | None":
    """Return the subgroup of each row.

    Args:
        predictions: One row per image.
        column: A column of it, or ``age_band``, which is derived from ``age_approx`` in years.

    Returns:
        Names, ``unknown`` where there is no value; none if the column is not there or holds no value at all.
    """
    source = "age_approx" if column == "age_band" else column
    if source not in predictions.columns or predictions[source].isna().all():
        return None
    values = predictions[source]
    if column == "age_band":
        years = pd.to_numeric(values, errors="coerce")
        values = pd.cut(years, AGE_EDGES_YEARS, right=False, labels=AGE_BANDS)
    return values.astype("object").where(values.notna(), UNKNOWN).astype(str)


def subgroup_metrics(rows: ScoredRows, labels: "pd.Series[str]", min_rows: int) -> dict[str, Metric]:
    """Return accuracy within each subgroup that is large enough.

    Args:
        rows: The n rows of a split.
        labels: The subgroup of each row, [n].
        min_rows: Below this a subgroup has no figure.

    Returns:
        By subgroup, the metric; its name is the subgroup's.
    """
    right = rows.truth == rows.predicted
    members = {name: (labels == name).to_numpy(np.bool_) for name in sorted(labels.unique())}
    return {
        name: proportion(name, right, of_group, f"no row is of subgroup {name}")
        for name, of_group in members.items()
        if of_group.sum() >= min_rows
    }


def melanoma_metrics(rows: ScoredRows, labels: "pd.Series[str]", min_melanomas: int) -> dict[str, Metric]:
    """Return melanoma sensitivity within each subgroup that has melanomas enough, as `subgroup_metrics` does."""
    if DIAGNOSIS not in rows.classes:
        return {}
    melanoma = rows.classes.index(DIAGNOSIS)
    actual, called = rows.is_actual[:, melanoma], rows.is_predicted[:, melanoma]
    members = {name: (labels == name).to_numpy(np.bool_) & actual for name in sorted(labels.unique())}
    return {
        name: proportion(name, called, of_group, f"no melanoma is of subgroup {name}")
        for name, of_group in members.items()
        if of_group.sum() >= min_melanomas
    }


def _describe_column(split: SplitEvaluation, column: str) -> dict[str, Any] | NotEvaluated:
    labels = label_subgroups(split.table, column)
    if labels is None:
        return NotEvaluated(f"no row has a value for {column}")
    outcomes = split.measure(subgroup_metrics(split.rows, labels, split.config.min_events).values())
    found = split.measure(melanoma_metrics(split.rows, labels, split.config.min_events).values())
    return {
        str(name): {
            "n": int(n),
            **({"accuracy": outcomes[name][0]} if name in outcomes else {"note": "too few"}),
            **({"melanoma_sensitivity": found[name][0]} if name in found else {}),
        }
        for name, n in labels.value_counts().sort_index().items()
    }


PART = Part("subgroups", evaluate_subgroups)
