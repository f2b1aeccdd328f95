"""Balanced accuracy not worse than the champion's; the first champion must beat chance."""

from melanoma.evaluation.metrics.balanced_accuracy import METRIC
from melanoma.evaluation.paired_difference import pair_metric
from melanoma.evaluation.scored_rows import score_rows
from melanoma.registry.gate import FAILED, PASSED, Compared, Gate, GateResult, Match, judge_loss

NAME = "balanced_accuracy"
_WHAT = "balanced accuracy"
_PROBABILITY = "probability:"


def judge(match: Match, margin: float) -> GateResult:
    """Compare with the champion, or with chance where there is none."""
    if match.champion is None:
        return _judge_alone(match, margin)
    difference = match.difference(pair_metric(METRIC))
    one, other = (match.figure(rows, METRIC) for rows in (match.pair.first, match.pair.second))
    return judge_loss(NAME, Compared(_WHAT, one, other, difference), margin)


def _judge_alone(match: Match, margin: float) -> GateResult:
    """Pass a model whose interval lies above 1/K, what guessing gives over K diagnoses."""
    predictions = match.rows
    classes = [name.removeprefix(_PROBABILITY) for name in map(str, predictions) if name.startswith(_PROBABILITY)]
    rows = score_rows(predictions, classes, match.config)
    found = match.figure(rows, METRIC)
    chance = 1 / int(rows.present.sum())
    passed = found.interval[0] > chance
    how = "above" if passed else "not shown to be above"
    sentence = f"{_WHAT} {found} on {found.n:,} images is {how} chance, {chance:.3f}; there is no champion yet"
    return GateResult(NAME, PASSED if passed else FAILED, sentence, margin, challenger=found, finding=f"{how} chance")


GATE = Gate(NAME, "Balanced accuracy", judge)
