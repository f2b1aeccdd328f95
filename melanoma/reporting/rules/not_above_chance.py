"""Rule: nothing shows that the model beats guessing."""

from melanoma.reporting.evidence import Evidence
from melanoma.reporting.number_text import decimal_text, interval_text
from melanoma.reporting.rule import Rule


def explain_chance(evidence: Evidence) -> str:
    """Say that the interval of test balanced accuracy reaches down to chance."""
    figure, chance = evidence.figure("test", "balanced_accuracy"), evidence.chance
    if figure is None or chance is None:
        return "No balanced accuracy was measured on test images."
    if figure["ci95"][0] > chance:
        return ""
    return f"Test balanced accuracy {interval_text(figure['ci95'])} may be chance, {decimal_text(chance)}."


RULE = Rule(
    "red",
    3,
    "The 95 % interval of test balanced accuracy does not lie above chance (1/K for K diagnoses), "
    "or there is no such figure.",
    explain_chance,
    "Give test images of every diagnosis, more training images or more epochs; as it is, nothing shows that "
    "the model beats guessing.",
)
