"""The traffic light: whether a run's figures can be relied on, by rules that the report prints."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from melanoma.data.examples import LEAK_SHARES
from melanoma.evaluation.interval import difference_interval
from melanoma.reporting.evidence import AFTER_AUGMENTATION, Evidence
from melanoma.reporting.number_text import count_text, decimal_text, interval_text, share_text

Light = Literal["red", "amber", "green"]
FEW_TEST_IMAGES = 200
HEADLINES = {
    "red": "Do not rely on these figures",
    "amber": "Read these figures with care",
    "green": "These figures hold for images like these",
}
GREEN_STEP = (
    "Try the model on labelled images of your own source before you rely on it: "
    "these figures say nothing about other cameras, clinics or patients."
)


@dataclass(frozen=True)
class Rule:
    """One rule of the traffic light.

    Attributes:
        light: What the light turns to if it applies.
        text: The rule in one sentence.
        reason: Returns why it applies to a run; empty if it does not.
        remedy: What to do next.
    """

    light: Light
    text: str
    reason: Callable[[Evidence], str]
    remedy: str


@dataclass(frozen=True)
class Verdict:
    """The light, and the rules that turned it so.

    Attributes:
        light: red, amber or green.
        applied: Each rule that applies with its reason, the gravest first.
        next_step: What to do next.
    """

    light: Light
    applied: tuple[tuple[Rule, str], ...]
    next_step: str

    @property
    def headline(self) -> str:
        """The light in words."""
        return HEADLINES[self.light]

    @property
    def reasons(self) -> tuple[str, ...]:
        """One sentence for each rule that applies."""
        return tuple(reason for _, reason in self.applied)


def judge(evidence: Evidence) -> Verdict:
    """Apply every rule; the gravest that applies decides."""
    reasons = [(rule, rule.reason(evidence)) for rule in RULES]
    applied = tuple((rule, reason) for rule, reason in reasons if reason)
    if not applied:
        return Verdict("green", (), GREEN_STEP)
    gravest = applied[0][0]
    return Verdict(gravest.light, applied, gravest.remedy)


def chance_level(evidence: Evidence) -> float | None:
    """Return the balanced accuracy of guessing, 1/K for K diagnoses; None without diagnoses."""
    return 1 / len(evidence.classes) if evidence.classes else None


def _protocol_leaks(evidence: Evidence) -> str:
    leak = evidence.leak
    shares = [
        f"{share_text(leak[share])} of {split} images have a relative in training"
        for split, share in LEAK_SHARES.items()
        if leak.get(share, 0) > 0
    ]
    if evidence.protocol == AFTER_AUGMENTATION:
        return "; ".join(["Copies were made before the split", *shares]) + "."
    return "; ".join(shares) + "." if shares else ""


def _audit_not_passed(evidence: Evidence) -> str:
    return "" if evidence.audit.get("passed") else "The audit of the data was not passed."


def _not_above_chance(evidence: Evidence) -> str:
    figure, chance = evidence.figure("test", "balanced_accuracy"), chance_level(evidence)
    if figure is None or chance is None:
        return "No balanced accuracy was measured on test images."
    if figure["ci95"][0] > chance:
        return ""
    return f"Test balanced accuracy {interval_text(figure['ci95'])} may be chance, {decimal_text(chance)}."


def _splits_disagree(evidence: Evidence) -> str:
    validation, test = (evidence.figure(split, "balanced_accuracy") for split in ("validation", "test"))
    if validation is None or test is None:
        return ""
    pairs = [(figure["value"], tuple(figure["ci95"])) for figure in (validation, test)]
    low, high = difference_interval(pairs[0], pairs[1])
    if low <= 0 <= high:
        return ""
    difference = f"{pairs[0][0] - pairs[1][0]:+.3f} {interval_text((low, high))}"
    return f"Balanced accuracy on validation differs from test by {difference}."


def _class_not_evaluated(evidence: Evidence) -> str:
    per_class = evidence.split("test").get("per_class", {})
    absent = [name for name in evidence.classes if "sensitivity" not in per_class.get(name, {})]
    return f"Not evaluated on test: {', '.join(absent)}." if absent else ""


def _few_test_images(evidence: Evidence) -> str:
    images = evidence.split("test").get("n", 0)
    if images >= FEW_TEST_IMAGES:
        return ""
    return f"Only {count_text(images)} test images." if images else "There are no test images."


RULES = (
    Rule(
        "red",
        "The protocol leaks: copies are made before the split, or a validation, calibration or test image has a "
        "relative in training (itself, its source, an identical image, the same lesion).",
        _protocol_leaks,
        "Run again with --set split.protocol=grouped; only that result can be reported.",
    ),
    Rule(
        "red",
        "The audit of the data was not passed.",
        _audit_not_passed,
        "Correct the data as the findings say, then run again.",
    ),
    Rule(
        "red",
        "The 95 % interval of test balanced accuracy does not lie above chance (1/K for K diagnoses), "
        "or there is no such figure.",
        _not_above_chance,
        "Give test images of every diagnosis, more training images or more epochs; as it is, nothing shows that "
        "the model beats guessing.",
    ),
    Rule(
        "amber",
        "Validation and test disagree: the 95 % interval of the difference of their balanced accuracies excludes 0.",
        _splits_disagree,
        "Read the statements on agreement under Results; rely on the test figures until the reason is understood.",
    ),
    Rule(
        "amber",
        "A diagnosis was not evaluated on test.",
        _class_not_evaluated,
        "Add test images of the diagnoses that were not evaluated; claim nothing for them.",
    ),
    Rule(
        "amber",
        f"There are fewer than {FEW_TEST_IMAGES} test images.",
        _few_test_images,
        "Add labelled test images until the intervals are narrow enough for your decision.",
    ),
)
