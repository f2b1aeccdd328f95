"""What has changed in a source since a run: contents that are new, changed, moved or gone."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

_SHOWN = 5


@dataclass(frozen=True)
class SourceChanges:
    """How a source differs from what an earlier run read; each image is counted once.

    Attributes:
        unchanged: Images of the same name and content.
        new: Names and contents that the run had not.
        changed: Names that the run had, with another content.
        moved: Contents that the run had, under another name, such as another diagnosis' folder.
        vanished: Images of the run of which neither name nor content is there.
        examples: Some of the names, by kind.
    """

    unchanged: int
    new: int
    changed: int
    moved: int
    vanished: int
    examples: dict[str, tuple[str, ...]]

    def to_json(self) -> dict[str, Any]:
        """Return the counts and examples as JSON values, with a sentence."""
        return {**asdict(self), "sentence": self.describe()}

    def describe(self) -> str:
        """Say it in one line."""
        counts = [(name, getattr(self, name)) for name in ("new", "changed", "moved", "vanished", "unchanged")]
        if not any(count for name, count in counts if name != "unchanged"):
            return f"the {self.unchanged:,} images are the same; tables or other files differ"
        return ", ".join(f"{count:,} {name}" for name, count in counts)


def compare_source(
    images: Iterable[tuple[str, str]], manifest: pd.DataFrame, quarantine: pd.DataFrame
) -> SourceChanges:
    """Compare the images of a source with those of an earlier run.

    Args:
        images: Name and sha256 of each image file that is there now.
        manifest: The earlier run's: ``image_id`` and ``sha256``.
        quarantine: Its quarantine: ``image_id``. The contents are not known; an image of the same name is unchanged.

    Returns:
        The counts.
    """
    names = dict(zip(manifest["image_id"], manifest["sha256"], strict=True))
    contents, unknown = set(names.values()), set(quarantine["image_id"])
    found: dict[str, list[str]] = {name: [] for name in ("unchanged", "new", "changed", "moved", "vanished")}
    now = dict(images)
    for name, sha256 in now.items():
        found[_tell(names.get(name), sha256, name in unknown, contents)].append(name)
    left = set(now.values())
    found["vanished"] = [name for name, sha256 in names.items() if name not in now and sha256 not in left]
    found["vanished"] += sorted(unknown - now.keys())
    examples = {kind: tuple(sorted(of)[:_SHOWN]) for kind, of in found.items() if of and kind != "unchanged"}
    return SourceChanges(**{kind: len(of) for kind, of in found.items()}, examples=examples)


def _tell(before: str | None, now: str, was_in_quarantine: bool, contents: set[str]) -> str:
    if before == now or (before is None and was_in_quarantine):
        return "unchanged"
    if before is not None:
        return "changed"
    return "moved" if now in contents else "new"
