"""Share of melanomas found at each model's own frozen threshold, not worse than the champion's."""

import numpy as np

from melanoma.evaluation.operating_point import DIAGNOSIS, OperatingPoint, operating_point_metrics
from melanoma.evaluation.paired_difference import PairedMetric, share_rows
from melanoma.evaluation.scored_rows import Bools, ScoredRows
from melanoma.registry.gate import FAILED, Compared, Gate, GateResult, Match, judge_loss, not_judged

NAME = "melanoma_sensitivity"
_WHAT = "melanoma sensitivity at the operating point"


def judge(match: Match, margin: float) -> GateResult:
    """Compare the shares of the same melanomas that are called."""
    if match.champion is None:
        return not_judged(NAME, margin, "there is no champion yet")
    points = match.challenger.point, match.champion.point
    if not isinstance(points[1], OperatingPoint):
        return not_judged(NAME, margin, f"the champion has no operating point: {points[1].reason}")
    if not isinstance(points[0], OperatingPoint):
        return GateResult(NAME, FAILED, f"the challenger has no operating point: {points[0].reason}", margin)
    if not (match.rows["diagnosis"] == DIAGNOSIS).any():
        return not_judged(NAME, margin, "no judged row is melanoma")
    return judge_loss(NAME, _compare(match, points[0], points[1]), margin)


def _compare(match: Match, first: OperatingPoint, second: OperatingPoint) -> Compared:
    pair = match.pair
    one, other = (operating_point_metrics(rows, p)[0] for rows, p in ((pair.first, first), (pair.second, second)))
    melanoma = pair.first.classes.index(DIAGNOSIS)
    actual = pair.first.is_actual[:, melanoma]
    called = _called(pair.first, first, melanoma), _called(pair.second, second, melanoma)
    difference = match.difference(PairedMetric(one, other, lambda pair: [share_rows(pair, called, actual)]))
    return Compared(_WHAT, match.figure(pair.first, one), match.figure(pair.second, other), difference, "melanomas")


def _called(rows: ScoredRows, point: OperatingPoint, melanoma: int) -> Bools:
    return np.asarray(rows.probabilities[:, melanoma] >= point.threshold)


GATE = Gate(NAME, "Melanoma sensitivity", judge)
