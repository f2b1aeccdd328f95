"""Do validation and test agree, and if not, what is that consistent with?

A figure on validation is only worth as much as it foretells the figure on test. Three things can part them without the
model being at fault: another class mix, images from another source, and a validation set that is not independent of
training. The evidence for each is measured here; it can be consistent with an explanation and never proves one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.class_mix import reweighted_accuracy
from melanoma.evaluation.figure import Figure, Outcome, separate_outcomes
from melanoma.evaluation.interval import difference_interval
from melanoma.evaluation.metrics import accuracy, balanced_accuracy, sensitivity
from melanoma.evaluation.split_evaluation import SplitEvaluation, prepare_split
from melanoma.evaluation.statements import (
    Pair,
    intervals_overlap,
    state_comparison,
    state_falls,
    state_leak,
    state_mix,
    state_two_sample,
)
from melanoma.evaluation.two_sample import tell_splits_apart

SPLITS = ("validation", "test")
COMPARED = (accuracy.METRIC, balanced_accuracy.METRIC)


@dataclass(frozen=True)
class AgreementRequest:
    """What is known of validation and test.

    Attributes:
        predictions: As `melanoma.evaluation.evaluate.evaluate_predictions` takes them, and checked by it.
        image_statistics: Numbers per image, indexed by ``image_id``.
        classes: The model's diagnoses.
        leak: `leak.json`, if the split was measured.
    """

    predictions: pd.DataFrame
    image_statistics: pd.DataFrame
    classes: Sequence[str]
    leak: Mapping[str, Any] | None = None


def explain_agreement(request: AgreementRequest, config: EvaluateConfig, seed: int) -> dict[str, Any]:
    """Compare validation with test and gather what their difference is consistent with.

    Args:
        request: Predictions and what else is known.
        config: The settings, and
        seed: the run's seed, of `evaluate_predictions`: the figures compared are then the same to the last digit.

    Returns:
        ``statements`` in plain words; ``agree``: whether the 95 % intervals of accuracy and of balanced accuracy
        overlap; ``differences`` test - validation; ``validation_reweighted_to_test_mix``; ``two_sample``; and
        ``not_evaluated`` with the reason for each that is absent.
    """
    leak = state_leak(request.leak) if request.leak else []
    present = set(request.predictions["split"])
    missing = [name for name in SPLITS if name not in present]
    if missing:
        reason = f"there are no {' and no '.join(missing)} rows to compare"
        statement = f"Validation and test were not compared: {reason}."
        return {"statements": [*leak, statement], "not_evaluated": {"agree": reason}}
    parts = [prepare_split(request.predictions, name, request.classes, config, seed) for name in SPLITS]
    apart = tell_splits_apart(request.predictions, request.image_statistics, config, seed)
    comparison = _compare(parts[0], parts[1])
    return _describe(comparison, apart, leak)


@dataclass(frozen=True)
class Comparison:
    """Validation against test.

    Attributes:
        overall: By metric, the figures on validation and on test.
        sensitivity: By diagnosis that both splits have, the same.
        reweighted: Validation accuracy under the class mix of test.
    """

    overall: dict[str, Pair]
    sensitivity: dict[str, Pair]
    reweighted: Outcome


def _compare(validation: SplitEvaluation, test: SplitEvaluation) -> Comparison:
    mix = reweighted_accuracy(validation.rows, test.rows)
    before = validation.measure((*COMPARED, sensitivity.METRIC, mix))
    after = test.measure((*COMPARED, sensitivity.METRIC))
    names = [metric.name for metric in COMPARED]
    return Comparison(
        _pair(names, (before[name][0] for name in names), (after[name][0] for name in names)),
        _pair(validation.rows.classes, before["sensitivity"], after["sensitivity"]),
        before[mix.name][0],
    )


def _pair(names: Iterable[str], before: Iterable[Outcome], after: Iterable[Outcome]) -> dict[str, Pair]:
    """Return the names that have a figure on both sides, with both."""
    return {
        name: (validation, test)
        for name, validation, test in zip(names, before, after, strict=True)
        if isinstance(validation, Figure) and isinstance(test, Figure)
    }


def _subtract(pair: Pair) -> Figure:
    """Return test - validation; the two have no lesion in common in a grouped split."""
    validation, test = pair
    interval = difference_interval((test.value, test.interval), (validation.value, validation.interval))
    method = "square-and-add from the two intervals (Newcombe 1998), test minus validation"
    rows, events = test.n + validation.n, test.events + validation.events
    return Figure(test.value - validation.value, interval, rows, method, events)


def _describe(comparison: Comparison, apart: Outcome, leak: list[str]) -> dict[str, Any]:
    overall = {name: _subtract(pair) for name, pair in comparison.overall.items()}
    by_class = {name: _subtract(pair) for name, pair in comparison.sensitivity.items()}
    meaning = state_two_sample(apart)
    tree, reasons = separate_outcomes(
        {
            "agree": all(intervals_overlap(pair) for pair in comparison.overall.values()),
            "differences": {**overall, "sensitivity": by_class},
            "validation_reweighted_to_test_mix": comparison.reweighted,
            "two_sample": {"auroc": apart, "meaning": meaning} if isinstance(apart, Figure) else apart,
        }
    )
    statements = [
        *leak,
        *(state_comparison(name, pair, overall[name]) for name, pair in comparison.overall.items()),
        state_mix(comparison.overall["accuracy"], comparison.reweighted),
        meaning,
        *state_falls(comparison.sensitivity, by_class),
    ]
    return {**tree, "statements": statements, "not_evaluated": reasons}
