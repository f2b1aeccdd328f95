"""The same model on images with and without a relative in training: what a leak is worth, in the figures themselves.

An image and its relatives share a group, so that no group is on both sides and the two figures are independent.
"""

from typing import Any

import numpy as np

from melanoma.evaluation.bootstrap import measure
from melanoma.evaluation.figure import Figure, NotEvaluated, Outcome
from melanoma.evaluation.interval import difference_interval
from melanoma.evaluation.metrics import accuracy, balanced_accuracy
from melanoma.evaluation.part import Part, Rule
from melanoma.evaluation.scored_rows import score_rows
from melanoma.evaluation.split_evaluation import SplitEvaluation
from melanoma.seeding import derive_seed

COLUMN = "has_relative"
_METRICS = (accuracy.METRIC, balanced_accuracy.METRIC)
_METHOD = "square-and-add from the two intervals (Newcombe 1998), with minus without"


def evaluate_relatives(split: SplitEvaluation, rule: Rule) -> dict[str, Any]:
    """Return ``n_with`` and ``n_without``, and per metric both figures and their difference where both can be told."""
    if COLUMN not in split.table.columns:
        return {"note": "it is not recorded which images have a relative in training"}
    related = split.table[COLUMN].to_numpy(np.bool_)
    counts = {"n_with": int(related.sum()), "n_without": int((~related).sum())}
    if not related.any():
        return {**counts, "note": "no image has a relative in training"}
    if related.all():
        return {**counts, "note": "every image has a relative in training, so that there is nothing to compare with"}
    fewest = split.config.min_events
    if min(counts.values()) < fewest:
        return {**counts, "note": f"too few: under {fewest} images on one side"}
    sides = {name: _measure(split, chosen, name) for name, chosen in (("with", related), ("without", ~related))}
    return {
        **counts,
        **{
            metric.name: {
                **{name: figures[metric.name] for name, figures in sides.items()},
                "difference": _subtract(sides["with"][metric.name], sides["without"][metric.name]),
            }
            for metric in _METRICS
        },
    }


def _measure(split: SplitEvaluation, chosen: "np.typing.NDArray[np.bool_]", name: str) -> dict[str, Outcome]:
    rows = score_rows(split.table[chosen], split.rows.classes, split.config)
    outcomes = measure(rows, _METRICS, split.config.resamples, derive_seed(split.seed, "relatives", name))
    return {metric: outcome[0] for metric, outcome in outcomes.items()}


def _subtract(one: Outcome, other: Outcome) -> Outcome:
    for side in (one, other):
        if isinstance(side, NotEvaluated):
            return side
    first, second = (side for side in (one, other) if isinstance(side, Figure))
    ends = difference_interval((first.value, first.interval), (second.value, second.interval))
    return Figure(first.value - second.value, ends, first.n + second.n, _METHOD, first.events + second.events)


PART = Part("relatives", evaluate_relatives)
