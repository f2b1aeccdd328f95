"""The audit: every check over the manifest, and what becomes of each image because of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from melanoma.config.validate import ValidateConfig
from melanoma.discovery import discover
from melanoma.validation.finding import Check, Evidence, Finding, describe, relabel
from melanoma.validation.near_duplicates import no_pairs


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

    @property
    def pairs(self) -> pd.DataFrame:
        """The pairs of near-duplicates that a split must keep together; the configuration may say ``keep``."""
        finding = self.findings.get("near_duplicate")
        if finding is None or finding.pairs is None or finding.action == "keep":
            return no_pairs()
        return finding.pairs

    @property
    def relabelled(self) -> Mapping[str, str]:
        """The diagnosis that each relabelled image gets; the finding of lowest rank decides."""
        renamed: dict[str, str] = {}
        for finding in self.findings.values():
            renamed = {**finding.renamed, **renamed}
        return renamed

    def excluded_because(self, manifest: pd.DataFrame) -> "pd.Series[str]":
        """Return for each image the first check that excludes it, null where none does."""
        reasons: dict[str, str] = {}
        for name, finding in self.findings.items():
            reasons |= {image: name for image in finding.leaving if image not in reasons}
        return manifest["image_id"].map(reasons).astype("object").where(lambda reason: reason.notna(), None)

    def decide(self, manifest: pd.DataFrame) -> pd.DataFrame:
        """Return what becomes of each image.

        Args:
            manifest: One row per image.

        Returns:
            ``image_id``, ``excluded_because`` (null: it stays) and ``diagnosis`` as it is to be used; an image that
            leaves keeps its own.
        """
        because = self.excluded_because(manifest)
        used = relabel(manifest, self.relabelled).where(because.isna(), manifest["diagnosis"])
        return manifest[["image_id"]].assign(excluded_because=because, diagnosis=used)

    def to_json(self, refusals: Sequence[str] = (), notes: Sequence[str] = ()) -> dict[str, Any]:
        """Return `audit.json`.

        Args:
            refusals: Why the data is not let through; none means that it passes.
            notes: Sentences on what is left of the data.
        """
        figures = {name: dict(known) for name, known in self.figures.items()}
        return {
            "findings": [describe(name, finding) for name, finding in self.findings.items()],
            "passed": not refusals,
            "refusals": list(refusals),
            "notes": list(notes),
            "checks_run": list(self.checks_run),
            **({"figures": figures} if figures else {}),
        }


def audit_images(evidence: Evidence, config: ValidateConfig) -> Audit:
    """Run every check of `melanoma.validation.checks`, each knowing what those before it have relabelled.

    Args:
        evidence: What ingest knows of the set.
        config: The action for each finding.

    Returns:
        The audit.
    """
    checks: list[Check] = sorted(
        (module.CHECK for module in discover("melanoma.validation.checks")), key=lambda check: check.rank
    )
    audit = Audit({}, tuple(check.name for check in checks))
    for check in checks:
        finding = check.find(replace(evidence, relabelled=audit.relabelled), config)
        if finding.images:
            audit = replace(audit, findings={**audit.findings, check.name: finding})
        if finding.figures:
            audit = replace(audit, figures={**audit.figures, check.name: finding.figures})
    return audit
