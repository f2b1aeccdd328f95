"""Rule: the model does worse in a subgroup than in another one of its kind, on the same diagnoses.

The part ``standardised_gaps`` gives, by column, the two subgroups that differ most, corrected for choosing these two
out of all. Plain accuracies differ where the model treats everybody alike but some have harder diagnoses.
"""

from collections.abc import Mapping
from typing import Any

from melanoma.evaluation.interval import widen_interval
from melanoma.reporting.evidence import Evidence
from melanoma.reporting.names import plain_name, within_sentence
from melanoma.reporting.number_text import interval_text
from melanoma.reporting.rule import Rule
from melanoma.validation.bounded import bounded_text

_LEVEL = 0.05


def explain_subgroups(evidence: Evidence) -> str:
    """Name the subgroups whose gap to the best one is beyond chance, several columns being looked at."""
    gaps = _gaps(evidence)
    told = [_tell(column, gap) for column, gap in gaps.items() if _is_above_zero(gap["accuracy"], len(gaps))]
    return f"On test, on the same diagnoses, accuracy is lower in {'; '.join(told)}." if told else ""


def _gaps(evidence: Evidence) -> dict[str, Mapping[str, Any]]:
    columns = evidence.split("test").get("standardised_gaps", {})
    return {column: gap for column, gap in columns.items() if "accuracy" in gap}


def _tell(column: str, gap: Mapping[str, Any]) -> str:
    figure, best, worst = gap["accuracy"], bounded_text(gap["best"]), bounded_text(gap["worst"])
    by = f"{figure['value']:.3f} {interval_text(figure['ci95'])}"
    return f"{within_sentence(plain_name(column))} {worst} than in {best} by {by}"


def _is_above_zero(gap: Mapping[str, Any], tests: int) -> bool:
    """Tell whether a gap is above 0 at 5 % over the gaps of all columns together, by Bonferroni's level."""
    return widen_interval(gap["value"], gap["ci95"], 1 - _LEVEL / tests)[0] > 0


RULE = Rule(
    "amber",
    3,
    "A subgroup does worse than another one on test: the interval of the gap in accuracy on the same diagnoses lies "
    "above 0, widened for the number of columns that were looked at (5 % over all of them, Bonferroni).",
    explain_subgroups,
    "Do not use the model in the subgroups that are named until it was trained and tested on more of their images.",
    lambda evidence: bool(_gaps(evidence)),
)
