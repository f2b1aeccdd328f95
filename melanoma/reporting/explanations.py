"""What the check of heat maps by random weights says, in words."""

from collections.abc import Mapping
from typing import Any

from melanoma.reporting.number_text import count_text, decimal_text, interval_text

# Above this rank correlation two maps show the same places to the eye.
ALIKE = 0.5
_CHANGED = {
    "head": "with random weights in the last, dense layers, which tell diagnoses from features",
    "backbone": "with random weights in the layers before, which have then never seen a picture",
}


def tell_sanity(record: Mapping[str, Any] | None) -> list[str]:
    """Say for each part that was given random weights what became of the maps.

    Args:
        record: `explanations.json`; None where it was not made.

    Returns:
        A sentence for each part.
    """
    return [f"{_tell(check)}" for check in (record or {}).get("sanity", ())]


def _tell(check: Mapping[str, Any]) -> str:
    start = f"The same maps {_CHANGED[check['randomised']]}"
    if "reason" in check:
        return f"{start} could not be compared: {check['reason']}."
    found = check["correlation"]
    number = f"{decimal_text(found['value'])} {interval_text(found['ci95'])}, n = {count_text(found['n'])}"
    return f"{start} have a mean rank correlation of {number} with those shown: {_judge(found['ci95'])}."


def _judge(ends: tuple[float, float]) -> str:
    low, high = ends
    if high < ALIKE:
        return "they are other maps, so that those shown depend on what was learned there"
    if low > ALIKE:
        return "they are nearly the same maps, so that those shown say little about what was learned there"
    return "too few pictures to tell whether those shown depend on what was learned there"
