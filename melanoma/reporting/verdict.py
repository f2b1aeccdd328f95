"""The traffic light: whether a run's figures can be relied on, by rules that the report prints."""

from dataclasses import dataclass

from melanoma.reporting.evidence import Evidence
from melanoma.reporting.rule import Light, Rule, all_rules

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
class Verdict:
    """The light, and the rules that turned it so.

    Attributes:
        light: red, amber or green.
        applied: Each rule that applies with its reason, the gravest first.
        next_step: What to do next.
        unjudged: The rules whose figures the run does not have.
    """

    light: Light
    applied: tuple[tuple[Rule, str], ...]
    next_step: str
    unjudged: tuple[Rule, ...] = ()

    @property
    def headline(self) -> str:
        """The light in words."""
        return HEADLINES[self.light]

    @property
    def reasons(self) -> tuple[str, ...]:
        """One sentence for each rule that applies."""
        return tuple(reason for _, reason in self.applied)

    @property
    def later_steps(self) -> tuple[str, ...]:
        """What to do after the next step: the remedies of the other rules that apply."""
        return tuple(rule.remedy for rule, _ in self.applied[1:])


def judge(evidence: Evidence) -> Verdict:
    """Apply every rule; the gravest that applies decides."""
    reasons = [(rule, rule.reason(evidence)) for rule in all_rules()]
    applied = tuple((rule, reason) for rule, reason in reasons if reason)
    unjudged = tuple(rule for rule in all_rules() if not rule.is_measured(evidence))
    if not applied:
        return Verdict("green", (), GREEN_STEP, unjudged)
    gravest = applied[0][0]
    return Verdict(gravest.light, applied, gravest.remedy, unjudged)
