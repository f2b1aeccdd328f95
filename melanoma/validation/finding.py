"""What an audit says: findings about images, and the checks that make them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from melanoma.config.validate import Action, ValidateConfig
from melanoma.data.labels import no_row_problems

Severity = Literal["critical", "warning", "info"]
EXAMPLES = 12


@dataclass(frozen=True)
class Evidence:
    """What the checks look at.

    Attributes:
        manifest: One row per readable, labelled image.
        quarantine: ``image_id``, ``kind`` and ``reason`` of the others.
        missing_images: Ids that the publisher's table names and no file has.
        has_metadata: Whether the publisher gives metadata.
        row_problems: What is wrong with single rows of the publisher's tables; see `Labels.row_problems`.
        reference: ``isic_id`` and ``diagnosis`` of a reference table, if one was given.
        pixels: Returns the pictures of some rows of the manifest, by position: uint8, [rows, size, size, 3].
        seed: The run's seed.
        size_px: Side of the square that ingest brought each picture to, in pixels, where it is known.
        relabelled: The diagnoses that earlier findings give to images instead of their own.
    """

    manifest: pd.DataFrame
    quarantine: pd.DataFrame
    missing_images: tuple[str, ...] = ()
    has_metadata: bool = False
    row_problems: pd.DataFrame = field(default_factory=no_row_problems)
    reference: pd.DataFrame | None = None
    pixels: Callable[[Sequence[int]], NDArray[np.uint8]] | None = None
    seed: int = 0
    size_px: int | None = None
    relabelled: Mapping[str, str] = field(default_factory=dict)

    @property
    def diagnoses(self) -> "pd.Series[str]":
        """The diagnosis of each row of the manifest as it is to be used, after what has been relabelled."""
        return relabel(self.manifest, self.relabelled)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and with which images.

    Attributes:
        images: All images that it concerns.
        excluded: Those of them that leave the data if the action is ``exclude`` or ``relabel``.
        severity: critical: would falsify results; warning: may weaken them; info: to know.
        action: What is done.
        remedy: One sentence: what the owner of the data can do.
        details: A text per image, for the list in the CSV.
        groups: For findings about images that belong together, the group of each, named for one of its images or for
            what its images share.
        pairs: Of images that belong together without being identical: ``image_id``, ``other_id`` and what else is
            known of the pair. Action ``merge`` keeps the two in one split group.
        relabelled: The diagnosis that each of some images gets instead of its own if the action is ``relabel``.
        figures: Numbers behind the finding, as JSON values, for `audit.json`.
    """

    images: tuple[str, ...]
    severity: Severity
    remedy: str
    action: Action = "keep"
    excluded: tuple[str, ...] = ()
    details: dict[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    pairs: pd.DataFrame | None = None
    relabelled: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def leaving(self) -> tuple[str, ...]:
        """The images that leave the data because of it."""
        return self.excluded if self.action in ("exclude", "relabel") else ()

    @property
    def renamed(self) -> Mapping[str, str]:
        """The images that get another diagnosis because of it."""
        return self.relabelled if self.action == "relabel" else {}


@dataclass(frozen=True)
class Check:
    """One check of the audit, a file in `melanoma.validation.checks`.

    Attributes:
        name: Its name in `audit.json`.
        find: Returns the finding; with no images if there is nothing wrong.
        rank: Where two checks exclude an image, the one of lower rank is given as the reason.
    """

    name: str
    find: Callable[[Evidence, ValidateConfig], Finding]
    rank: int


def relabel(manifest: pd.DataFrame, relabelled: Mapping[str, str]) -> "pd.Series[str]":
    """Return the diagnosis of each row of a manifest, the new one where an image has been given one."""
    both = zip(manifest["image_id"], manifest["diagnosis"], strict=True)
    return pd.Series([relabelled.get(image, own) for image, own in both], index=manifest.index, dtype="object")


def describe(check: str, finding: Finding) -> dict[str, Any]:
    """Return a finding as `audit.json` holds it."""
    return {
        "check": check,
        "severity": finding.severity,
        "count": len(finding.images),
        "excluded": len(finding.leaving),
        "relabelled": len(finding.renamed),
        "examples": list(finding.images[:EXAMPLES]),
        "action": finding.action,
        "remedy": finding.remedy,
        **({"figures": dict(finding.figures)} if finding.figures else {}),
    }
