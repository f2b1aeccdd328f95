"""What `melanoma verify` shows: each claim of a run, and whether it holds."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from melanoma.data.proof import Claim
from melanoma.runs import find_run
from melanoma.stages.verify import verify_folder


@dataclass(frozen=True)
class Verification:
    """The claims of a run, checked."""

    run_id: str
    claims: tuple[Claim, ...]

    @property
    def holds(self) -> bool:
        """Whether every claim holds."""
        return all(claim.holds for claim in self.claims)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"run_id": self.run_id, "holds": self.holds, "claims": [asdict(claim) for claim in self.claims]}

    def to_text(self) -> str:
        """Return a line per claim, what breaks it below, and how it all ends."""
        lines = [f"run {self.run_id}"]
        for claim in self.claims:
            lines.append(f"{'ok  ' if claim.holds else 'FAIL'}  {claim.text}")
            lines += [f"      {offender}" for offender in claim.offenders]
        broken = sum(not claim.holds for claim in self.claims)
        ending = f"{broken} of {len(self.claims)} claims do not hold" if broken else "every claim holds"
        return "\n".join([*lines, ending])


def verify_run(home: Path, name: str) -> Verification:
    """Prove a run's claims again.

    Args:
        home: Where runs are kept.
        name: Its id, the beginning of its id, or ``latest``.

    Returns:
        Each claim and whether it holds.

    Raises:
        UsageError: If none or several runs have that name.
    """
    folder = find_run(home, name)
    return Verification(folder.run_id, verify_folder(folder))
