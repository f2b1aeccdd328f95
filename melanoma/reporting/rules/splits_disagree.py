"""Rule: validation and test disagree.

Where nothing is wrong validation still looks a little too good, because the epochs were chosen on it: a further reason
for a level at which a small difference does not count.
"""

from melanoma.evaluation.interval import difference_interval, widen_interval
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.number_text import interval_text
from melanoma.reporting.rule import ALARM_LEVEL, Rule


def explain_difference(evidence: Evidence) -> str:
    """Say by how much balanced accuracy differs, where even the 99 % interval of the difference excludes 0."""
    validation, test = (evidence.figure(split, "balanced_accuracy") for split in ("validation", "test"))
    if validation is None or test is None:
        return ""
    pairs = [(figure["value"], tuple(figure["ci95"])) for figure in (validation, test)]
    difference, interval = pairs[0][0] - pairs[1][0], difference_interval(pairs[0], pairs[1])
    low, high = widen_interval(difference, interval, ALARM_LEVEL)
    if low <= 0 <= high:
        return ""
    return f"Balanced accuracy on validation differs from test by {difference:+.3f} {interval_text(interval)}."


RULE = Rule(
    "amber",
    2,
    "Validation and test disagree: the 99 % interval of the difference of their balanced accuracies excludes 0.",
    explain_difference,
    "Read the statements on agreement under Results; rely on the test figures until the reason is understood.",
)
