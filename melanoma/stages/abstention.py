"""Why a prediction should not be relied on: the picture is poor, or unlike those that the model was made with."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from melanoma.data.decode import Decoded
from melanoma.data.measures import appearance
from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.part import Rule
from melanoma.evaluation.parts import out_of_distribution
from melanoma.evaluation.unlikeness import Usual, find_oddest, measure_distance, read_usual, take_measures
from melanoma.stages.found_model import FoundModel
from melanoma.validation.poor_picture import name_faults

Kind = Literal["poor picture", "out of distribution"]


@dataclass(frozen=True)
class Doubt:
    """Why one prediction should not be relied on."""

    kind: Kind
    reason: str

    def __str__(self) -> str:
        """Write it as a cell of the table."""
        return f"{self.kind}: {self.reason}"


@dataclass(frozen=True)
class Judge:
    """What pictures are judged by.

    Attributes:
        size_px: Side of the pictures that the model takes.
        rule: What its run froze on its validation and calibration rows, or why there is none.
    """

    size_px: int
    rule: Rule | NotEvaluated

    def find_doubts(self, pictures: Sequence[Decoded]) -> list[Doubt | None]:
        """Return for each picture, of at least one, why its prediction should not be relied on, or None."""
        measures = appearance.measure(np.stack([picture.thumbnail for picture in pictures]))
        sides = [min(picture.width, picture.height) for picture in pictures]
        faults = name_faults(measures, sides, self.size_px)
        unlike = self._find_unlike(take_measures(measures))
        return [_join(*both) for both in zip(faults, unlike, strict=True)]

    def describe(self) -> dict[str, Any]:
        """Say what decides, as JSON values."""
        if isinstance(self.rule, NotEvaluated):
            return {"no_limit_because": self.rule.reason}
        return {name: self.rule[name] for name in ("limit", "false_alarms", "learnt_on", "fitted_on")}

    @cached_property
    def _usual(self) -> Usual | None:
        return None if isinstance(self.rule, NotEvaluated) else read_usual(self.rule)

    def _find_unlike(self, measures: np.ndarray) -> list[str]:
        if isinstance(self.rule, NotEvaluated) or self._usual is None:
            return [""] * len(measures)
        limit = self.rule["limit"]
        found = zip(measure_distance(measures, self._usual), find_oddest(measures, self._usual), strict=True)
        return [
            f"looks unlike the model's images, in {oddest.replace('_', ' ')} most (distance {distance:.1f}, limit "
            f"{limit:.1f})"
            if distance > limit
            else ""
            for distance, oddest in found
        ]


def judge_of(model: FoundModel) -> Judge:
    """Return what a model's pictures are judged by."""
    rule = model.rules[out_of_distribution.NAME]
    if not isinstance(rule, NotEvaluated) and tuple(rule["measures"]) != appearance.COLUMNS:
        rule = NotEvaluated("the model's run measured pictures in another way; run it again")
    return Judge(model.info.size_px, rule)


def _join(fault: str, unlike: str) -> Doubt | None:
    """A fault of the picture explains why it looks unlike, so that it is told in its place."""
    if fault:
        return Doubt("poor picture", fault)
    return Doubt("out of distribution", unlike) if unlike else None
