"""A rule of the traffic light. A new one is a new file in `melanoma.reporting.rules` that defines ``RULE``."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from melanoma.discovery import discover
from melanoma.reporting.evidence import Evidence

Light = Literal["red", "amber", "green"]
_GRAVEST_FIRST = ("red", "amber")
# A rule that speaks wrongly of every twentieth sound run is soon read by nobody: where a difference of any size counts,
# not the 95 % interval that the report shows decides, but that of this level.
ALARM_LEVEL = 0.99
Path = tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """One rule of the traffic light.

    Attributes:
        light: What the light turns to if it applies.
        place: Where it stands among the rules of its light; the first that applies says what to do first.
        text: The rule in one sentence.
        reason: Returns why it applies to a run; empty if it does not, or if the run has no such figure.
        remedy: What to do next.
        is_measured: Tells whether a run has the figures that the rule looks at.
    """

    light: Light
    place: int
    text: str
    reason: Callable[[Evidence], str]
    remedy: str
    is_measured: Callable[[Evidence], bool] = lambda evidence: True


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return the rule of every file in `melanoma.reporting.rules`, the gravest first."""
    rules: list[Rule] = [module.RULE for module in discover("melanoma.reporting.rules")]
    return tuple(sorted(rules, key=lambda rule: (_GRAVEST_FIRST.index(rule.light), rule.place)))


def find_figures(tree: object, name: str, path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Find every figure of a name in a part of `metrics.json`, however deep it stands.

    Args:
        tree: The part, or one of its branches.
        name: The figure's name, such as ``slope``.
        path: Where the branch stands.

    Yields:
        The names on the way to the figure, and the figure: ``value`` and ``ci95``.
    """
    if not isinstance(tree, Mapping):
        return
    for key, branch in tree.items():
        if key == name and isinstance(branch, Mapping) and "ci95" in branch:
            yield path, branch
        else:
            yield from find_figures(branch, name, (*path, str(key)))
