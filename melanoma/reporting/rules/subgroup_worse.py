"""Rule: the model does worse in a subgroup than it does elsewhere.

A figure named ``gap`` below a subgroup is its figure less that of the other images; below 0 is worse.
"""

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

from melanoma.reporting.evidence import Evidence
from melanoma.reporting.number_text import interval_text
from melanoma.reporting.rule import Rule, find_figures

GAP = "gap"
_LEVEL = 0.05


def explain_subgroups(evidence: Evidence) -> str:
    """Name the subgroups whose gap to the other images is beyond chance, many gaps being looked at."""
    gaps = _gaps(evidence)
    worse = [(path, gap) for path, gap in gaps if _is_below_zero(gap, len(gaps))]
    told = [f"{', '.join(path)} by {-gap['value']:.3f} ({interval_text(gap['ci95'])})" for path, gap in worse]
    return f"On test the model does worse in: {'; '.join(told)}." if told else ""


def _gaps(evidence: Evidence) -> list[tuple[tuple[str, ...], Mapping[str, Any]]]:
    return list(find_figures(evidence.split("test").get("subgroups", {}), GAP))


def _is_below_zero(gap: Mapping[str, Any], tests: int) -> bool:
    """Tell whether a gap is below 0 at 5 % over all gaps together.

    The half of its 95 % interval that points to 0 is widened to Bonferroni's level for that number of gaps.
    """
    half, normal = gap["ci95"][1] - gap["value"], NormalDist()
    widened = half * normal.inv_cdf(1 - _LEVEL / 2 / tests) / normal.inv_cdf(1 - _LEVEL / 2)
    return bool(gap["value"] + widened < 0)


RULE = Rule(
    "amber",
    3,
    "A subgroup does worse than the other images on test: the interval of its gap lies below 0, widened for the "
    "number of gaps that were looked at (5 % over all of them, Bonferroni).",
    explain_subgroups,
    "Do not use the model in the subgroups that are named until it was trained and tested on more of their images.",
    lambda evidence: bool(_gaps(evidence)),
)
