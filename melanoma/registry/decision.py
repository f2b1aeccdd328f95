"""The decision: promote the challenger or keep the champion, and the sentence that says why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from melanoma.registry.entry import PROMOTE, REFUSE, Action
from melanoma.registry.gate import FAILED, PASSED, GateResult


@dataclass(frozen=True)
class Decision:
    """What becomes of a challenger.

    Attributes:
        action: ``promote`` or ``refuse``.
        reason: Why, in a sentence.
        gates: What each gate found.
    """

    action: Action
    reason: str
    gates: tuple[GateResult, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as `decision.json` holds it."""
        return {"action": self.action, "reason": self.reason, "gates": [gate.to_json() for gate in self.gates]}


def decide(gates: Sequence[GateResult]) -> Decision:
    """Promote a challenger that fails no gate and passes one.

    Args:
        gates: What each gate found; those that are off or have nothing to judge do not count.
    """
    failed = [gate for gate in gates if gate.verdict == FAILED]
    passed = [gate for gate in gates if gate.verdict == PASSED]
    if failed:
        reason = "; ".join(f"{gate.title}: {gate.sentence}" for gate in failed)
        return Decision(REFUSE, reason, tuple(gates))
    if not passed:
        return Decision(REFUSE, "no gate had anything to judge", tuple(gates))
    names = ", ".join(gate.title for gate in passed)
    return Decision(PROMOTE, f"passed: {names}", tuple(gates))


def refuse_unseen(reason: str) -> Decision:
    """Refuse a challenger that cannot be compared with the champion at all."""
    return Decision(REFUSE, reason, ())
