"""Rule: the frozen threshold finds fewer melanomas on test images than it was chosen to find."""

from melanoma.reporting.evidence import Evidence
from melanoma.reporting.number_text import decimal_text, figure_text, share_text
from melanoma.reporting.rule import Rule


def explain_misses(evidence: Evidence) -> str:
    """Say that the interval of the sensitivity on test ends below the target."""
    if not has_point(evidence):
        return ""
    point = evidence.split("test")["operating_point"]
    if point["sensitivity"]["ci95"][1] >= point["target_sensitivity"]:
        return ""
    target, threshold = share_text(point["target_sensitivity"]), decimal_text(point["threshold"])
    return (
        f"The threshold {threshold} was chosen to find {target} of {point['class']} images; "
        f"its sensitivity on test is {figure_text(point['sensitivity'])}."
    )


def has_point(evidence: Evidence) -> bool:
    """Tell whether a threshold was frozen and tried on melanomas of test."""
    return {"sensitivity", "target_sensitivity"} <= set(evidence.split("test").get("operating_point", {}))


RULE = Rule(
    "amber",
    1,
    "Melanomas are missed: the 95 % interval of the sensitivity at the operating point lies below its target on test.",
    explain_misses,
    "Do not rule out melanoma by this threshold. Look at the missed ones under Examples, add validation images like "
    "those of test, and run again so that the threshold is chosen on them.",
    has_point,
)
