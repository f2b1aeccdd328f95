"""Expected calibration error not worse than the champion's; the bias of small sets is in both."""

from melanoma.evaluation.figure import FEW_LESIONS
from melanoma.evaluation.interval import Interval
from melanoma.evaluation.metrics.ece import METRIC
from melanoma.evaluation.paired_difference import PairedMetric
from melanoma.registry.gate import Compared, Gate, GateResult, Match, judge_loss, not_judged

NAME = "calibration"
_LARGEST = 1.0
_UNSEEN = 3.0  # with 95 % confidence, what was seen in none of k lesions is true of no more than 3 / k of all


def judge(match: Match, margin: float) -> GateResult:
    """Compare the errors on the same rows."""
    if match.champion is None:
        return not_judged(NAME, margin, "there is no champion yet")
    pair = match.pair
    lesions = float(pair.first.groups.max()) + 1
    paired = PairedMetric(METRIC, METRIC, score=lambda: (_where_all_agree(lesions), "rule of three on lesions"))
    difference = match.difference(paired)
    one, other = (match.figure(rows, METRIC) for rows in (pair.first, pair.second))
    compared = Compared("calibration error", one, other, difference)
    return judge_loss(NAME, compared, margin, larger_is_better=False)


def _where_all_agree(lesions: float) -> Interval:
    """Bound a difference that no resample shows; of few lesions nothing is known (Hanley 1983, JAMA 249:1743-1745)."""
    reach = _LARGEST if lesions < FEW_LESIONS else _UNSEEN / lesions
    return -reach, reach


GATE = Gate(NAME, "Calibration", judge)
