"""What `melanoma doctor` shows: what is wrong with this installation and this home, and how to mend it."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from flows.doctor_check import Check, Finding, Place
from melanoma.discovery import discover

_MARKS = {"ok": "ok     ", "warning": "warning", "problem": "PROBLEM"}


@dataclass(frozen=True)
class Examination:
    """The findings of every check, in the checks' order."""

    place: Place
    findings: tuple[tuple[Check, Finding], ...]

    @property
    def healthy(self) -> bool:
        """Whether there is no problem; a warning is none."""
        return all(finding.level != "problem" for _, finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        results = [{"check": check.name, **asdict(finding)} for check, finding in self.findings]
        return {"home": str(self.place.home), "healthy": self.healthy, "results": results}

    def to_text(self) -> str:
        """Return a line per finding, how to mend it below, and how it all ends."""
        width = max(len(check.name) for check, _ in self.findings)
        lines = [f"home {self.place.home}"]
        for check, finding in self.findings:
            lines.append(f"{_MARKS[finding.level]}  {check.name:<{width}}  {finding.text}")
            if finding.mend:
                lines.append(f"{'':<{width + 9}}  -> {finding.mend}")
        count = Counter(finding.level for _, finding in self.findings)
        return "\n".join([*lines, f"{count['problem']} problems, {count['warning']} warnings, {count['ok']} ok"])


def examine(place: Place) -> Examination:
    """Carry out every check; nothing is changed.

    Args:
        place: The home and the environment.

    Returns:
        What was found.
    """
    checks = sorted((module.CHECK for module in discover("flows.doctor_checks")), key=lambda check: check.order)
    return Examination(place, tuple((check, finding) for check in checks for finding in check.examine(place)))
