"""What the audit leaves of each diagnosis, said where it is too little to learn from or to test with."""

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from melanoma.config.validate import ValidateConfig
from melanoma.validation.audit import Audit
from melanoma.validation.reference_labels import SETTLED

FEWEST_IMAGES = 3  # one for each of training, validation and test
_RELABELLING = ("label_conflict", "label_disagrees_with_reference")


def note_remainder(manifest: pd.DataFrame, audit: Audit, config: ValidateConfig) -> tuple[str, ...]:
    """Say which diagnoses are left with next to nothing, what took their images, and how to keep them.

    Args:
        manifest: One row per image.
        audit: The audit.
        config: Its actions.

    Returns:
        A sentence for each such diagnosis, and for each finding whose images could be kept by relabelling.
    """
    decided = audit.decide(manifest).assign(
        found_as=manifest["diagnosis"], is_test=manifest["publisher_split"] == "test"
    )
    notes = [note for name in sorted(decided["found_as"].unique()) if (note := _note(str(name), decided))]
    return (*notes, *(_offers(audit, config) if notes else ()))


def _note(diagnosis: str, decided: pd.DataFrame) -> str:
    """Return what is left of a diagnosis; empty if that is enough."""
    found = decided[decided["found_as"] == diagnosis]
    left = decided[(decided["diagnosis"] == diagnosis) & decided["excluded_because"].isna()]
    untested = bool(found["is_test"].any()) and not left["is_test"].any()
    if len(left) >= min(FEWEST_IMAGES, len(found)) and not untested:
        return ""
    took = Counter(found["excluded_because"].dropna())
    renamed = int((found["diagnosis"] != diagnosis).sum())
    causes = [f"{check} took {count:,}" for check, count in sorted(took.items())]
    causes += [f"{renamed:,} got another diagnosis"] if renamed else []
    verb = "is" if len(left) == 1 else "are"
    place = ", none in the published test set" if untested and len(left) else ""
    return f"{diagnosis}: {len(left):,} of {len(found):,} images {verb} left{place} ({', '.join(causes)})."


def _offers(audit: Audit, config: ValidateConfig) -> Iterator[str]:
    for check in _RELABELLING:
        finding = audit.findings.get(check)
        if finding is None or finding.action != "exclude":
            continue
        if config.reference_labels is None:
            yield (
                f"To keep images that {check} took, name a table of diagnoses as validation.reference_labels "
                f"and set validation.{check}=relabel."
            )
        else:
            yield (
                f"validation.{check}=relabel would keep those that the reference settles: "
                f"{finding.figures.get(SETTLED, 0):,} of {len(finding.images):,}."
            )
