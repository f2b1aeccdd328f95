"""A part of a split's evaluation beside the plain metrics, such as the operating point or the subgroups.

A new one is a new file in `melanoma.evaluation.parts` that defines ``PART``. What a part must choose, such as a
threshold, it freezes once on validation or calibration rows; every split, and every set that the model is tested on
later, is then measured by the frozen rule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from melanoma.discovery import discover
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.split_evaluation import SplitEvaluation

Rule = Mapping[str, Any]
Rules = Mapping[str, Rule | NotEvaluated]
NO_RULE: Rule = {}


@dataclass(frozen=True)
class Part:
    """One part.

    Attributes:
        name: Its name in `metrics.json`, within each split.
        evaluate: Takes a split and the frozen rule (empty for a part that freezes none); returns a tree of names to
            figures, reasons (`NotEvaluated`), further trees and plain JSON values, or one reason for all of it.
        freeze: Takes the run's splits by name, of which it may look at validation and calibration only; returns the
            rule as plain JSON values, or why there is none.
    """

    name: str
    evaluate: Callable[[SplitEvaluation, Rule], Mapping[str, Any] | NotEvaluated]
    freeze: Callable[[Mapping[str, SplitEvaluation]], Rule | NotEvaluated] | None = None


def all_parts() -> tuple[Part, ...]:
    """Return the part of every file in `melanoma.evaluation.parts`, sorted by file name."""
    return tuple(module.PART for module in discover("melanoma.evaluation.parts"))


def freeze_rules(splits: Mapping[str, SplitEvaluation]) -> dict[str, Rule | NotEvaluated]:
    """Let each part that needs a rule choose it; none is given the test rows.

    Args:
        splits: The run's splits by name.

    Returns:
        By part, its rule, or why it has none.
    """
    before_test = {name: split for name, split in splits.items() if name != "test"}
    return {part.name: part.freeze(before_test) for part in all_parts() if part.freeze}


def no_rules(reason: str) -> Rules:
    """Return, for each part that needs a rule, one reason why there is none."""
    return {part.name: NotEvaluated(reason) for part in all_parts() if part.freeze}


def read_rules(metrics: Mapping[str, Any]) -> Rules:
    """Return the rules that a run has frozen, from its `metrics.json`.

    Args:
        metrics: The document; one of an earlier version has none.

    Returns:
        By part, its rule, or why there is none.
    """
    return {part.name: _read_rule(metrics, part.name) for part in all_parts() if part.freeze}


def evaluate_parts(split: SplitEvaluation, rules: Rules) -> dict[str, Mapping[str, Any] | NotEvaluated]:
    """Evaluate every part on a split.

    Args:
        split: The split.
        rules: The rule of each part that needs one.

    Returns:
        By part, its tree or why there is none.
    """
    return {part.name: _evaluate(part, split, rules) for part in all_parts()}


def _read_rule(metrics: Mapping[str, Any], name: str) -> Rule | NotEvaluated:
    rule: Rule | None = metrics.get("frozen", {}).get(name)
    missing = "the model's run has not frozen one; run it again"
    return rule or NotEvaluated(metrics.get("not_frozen", {}).get(name, missing))


def _evaluate(part: Part, split: SplitEvaluation, rules: Rules) -> Mapping[str, Any] | NotEvaluated:
    rule = rules[part.name] if part.freeze else NO_RULE
    return rule if isinstance(rule, NotEvaluated) else part.evaluate(split, rule)
