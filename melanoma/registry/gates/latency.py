"""Images per second of the bare network, against the champion's measured in turn with it on the same machine."""

import numpy as np

from melanoma.evaluation.figure import Figure
from melanoma.registry.gate import FAILED, PASSED, Gate, GateResult, Match, not_judged

NAME = "latency"


def judge(match: Match, margin: float) -> GateResult:
    """Compare the rates round by round: neighbours in time share what else the machine was doing."""
    if match.champion is None:
        return not_judged(NAME, margin, "there is no champion yet")
    first, second = (np.array(contender.images_per_s) for contender in (match.challenger, match.champion))
    if not first.size:
        return not_judged(NAME, margin, "the rates were not measured")
    ratio, one, other = _figure(first / second), _figure(first), _figure(second)
    passed = ratio.value >= 1 - margin
    finding = "not too slow" if passed else "too slow"
    sentence = (
        f"{one.value:,.0f} images/s against {other.value:,.0f}, ratio {ratio.value:.2f} "
        f"[{ratio.interval[0]:.2f}, {ratio.interval[1]:.2f}], at least {1 - margin:g} asked: {finding}"
    )
    return GateResult(NAME, PASSED if passed else FAILED, sentence, margin, one, other, ratio, finding)


def _figure(rounds: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Figure:
    method = f"median and range of {len(rounds)} rounds"
    return Figure(
        float(np.median(rounds)), (float(rounds.min()), float(rounds.max())), len(rounds), method, len(rounds)
    )


GATE = Gate(NAME, "Latency", judge, of_rows=False)
