"""Accuracy and melanoma sensitivity by who is shown and where the image is from: an average can hide whom it fails."""

from collections.abc import Callable, Mapping
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
UNKNOWN, OTHERS = "unknown", "all others"
MOST_GROUPS = 12  # more make no table that is read, and pairs by the thousand to compare


def evaluate_subgroups(split: SplitEvaluation, rule: Rule) -> dict[str, Any]:
    """Return, by column and subgroup, its number of images, ``n``, and its figures where it is large enough."""
    return {column: _describe_column(split, column) for column in split.config.subgroups}


def label_subgroups(predictions: pd.DataFrame, column: str) -> "pd.Series[str] | None":
    """Return the subgroup of each row.

    Args:
        predictions: One row per image.
        column: A column of it, or one that is derived: ``age_band`` from ``age_approx``, in years; and
            ``source_collection``, whom the data name for an image (``attribution``), else the part of the set that it
            is from (``source``).

    Returns:
        Names, ``unknown`` where there is no value; where there are more than `MOST_GROUPS`, the smallest together are
        ``all others``. None if the column is not there or holds no value at all.
    """
    derive = _DERIVED.get(column)
    values = derive(predictions) if derive else predictions.reindex(columns=[column])[column]
    if values.isna().all():
        return None
    return _pool_smallest(values.astype("object").where(values.notna(), UNKNOWN).astype(str))


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


def _to_age_band(predictions: pd.DataFrame) -> pd.Series:
    years = pd.to_numeric(predictions.reindex(columns=["age_approx"])["age_approx"], errors="coerce")
    return pd.cut(years, AGE_EDGES_YEARS, right=False, labels=AGE_BANDS)


def _to_source_collection(predictions: pd.DataFrame) -> pd.Series:
    known = predictions.reindex(columns=["attribution", "source"])
    return known["attribution"].where(known["attribution"].notna(), known["source"])


_DERIVED: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = {
    "age_band": _to_age_band,
    "source_collection": _to_source_collection,
}


def _pool_smallest(labels: "pd.Series[str]") -> "pd.Series[str]":
    """Put the smallest of too many known groups into one; of equal ones, the last by name."""
    counts = labels[labels != UNKNOWN].value_counts()
    if len(counts) <= MOST_GROUPS:
        return labels
    largest = counts.sort_index().sort_values(ascending=False, kind="stable").index[: MOST_GROUPS - 1]
    return labels.where(labels.isin([*largest, UNKNOWN]), OTHERS)


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
        for name, n in sorted(labels.value_counts().items(), key=lambda entry: _rank(str(entry[0])))
    }


def _rank(name: str) -> tuple[bool, int, str]:
    """Return what brings names into the order in which they are read: ages rise, and what is not known comes last."""
    return name in {OTHERS, UNKNOWN}, AGE_BANDS.index(name) if name in AGE_BANDS else 0, name


PART = Part("subgroups", evaluate_subgroups)
