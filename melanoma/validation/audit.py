"""The audit: every check over the manifest, and what leaves the data because of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from melanoma.config.validate import ValidateConfig
from melanoma.discovery import discover
from melanoma.validation.finding import Check, Evidence, Finding, describe


@dataclass(frozen=True)
class Audit:
    """What the checks say, in the order of their ranks.

    Attributes:
        findings: By check; a check that found nothing is not among them.
        checks_run: All checks.
        figures: The numbers behind a check, also where it found nothing.
    """

    findings: dict[str, Finding]
    checks_run: tuple[str, ...]
    figures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def forbidden(self) -> tuple[str, ...]:
        """The checks whose finding the configuration does not let through."""
        return tuple(name for name, finding in self.findings.items() if finding.action == "fail")

    def excluded_because(self, manifest: pd.DataFrame) -> "pd.Series[str]":
        """Return for each image the first check that excludes it, null where none does."""
        reasons: dict[str, str] = {}
        for name, finding in self.findings.items():
            if finding.action == "exclude":
                reasons |= {image: name for image in finding.excluded if image not in reasons}
        return manifest["image_id"].map(reasons).astype("object").where(lambda reason: reason.notna(), None)

    def to_json(self, passed: bool) -> dict[str, Any]:
        """Return `audit.json`."""
        findings = [describe(name, finding) for name, finding in self.findings.items()]
        figures = {"figures": {name: dict(known) for name, known in self.figures.items()}} if self.figures else {}
        return {"findings": findings, "passed": passed, "checks_run": list(self.checks_run), **figures}


def audit_images(evidence: Evidence, config: ValidateConfig) -> Audit:
    """Run every check of `melanoma.validation.checks`.

    Args:
        evidence: What ingest knows of the set.
        config: The action for each finding.

    Returns:
        The audit.
    """
    checks: list[Check] = sorted(
        (module.CHECK for module in discover("melanoma.validation.checks")), key=lambda check: check.rank
    )
    findings = {check.name: check.find(evidence, config) for check in checks}
    return Audit(
        {name: finding for name, finding in findings.items() if finding.images},
        tuple(check.name for check in checks),
        {name: finding.figures for name, finding in findings.items() if finding.figures},
    )


def list_images(audit: Audit, check: str) -> pd.DataFrame:
    """Return the full list behind one finding: image_id, whether it is excluded, and the detail."""
    finding = audit.findings[check]
    excluded = set(finding.excluded) if finding.action == "exclude" else set()
    return pd.DataFrame(
        {
            "image_id": finding.images,
            "excluded": [image in excluded for image in finding.images],
            "detail": [finding.details.get(image, "") for image in finding.images],
        }
    )
