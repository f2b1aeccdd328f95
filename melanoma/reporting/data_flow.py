"""What became of the images that were found: how many were left out and why, and where the others went.

Source: the flow diagram of STARD 2015 (Bossuyt et al. 2015, BMJ 351:h5527).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from melanoma.reporting.evidence import AFTER_AUGMENTATION
from melanoma.reporting.number_text import count_text

_SPLITS = {"train": "Training", "validation": "Validation", "calibration": "Calibration", "test": "Test"}
_OPTIONAL = ("calibration",)
Step = tuple[str, int]


@dataclass(frozen=True)
class Flow:
    """The images' way.

    Attributes:
        found: What was found.
        left_out: Each reason with its number of images; reasons with none are not among them.
        splits: The splits; calibration only if it has images.
        note: What a reader must know if the numbers do not add up; empty if they do.
    """

    found: Step
    left_out: tuple[Step, ...]
    splits: tuple[Step, ...]
    note: str

    @property
    def remaining(self) -> int:
        """Images found less images left out."""
        return self.found[1] - sum(count for _, count in self.left_out)


def read_flow(steps: Sequence[Step], protocol: str) -> Flow | None:
    """Sort the steps of `Evidence.flow` into found, left out and splits.

    Args:
        steps: Label and number of images; the first is what was found.
        protocol: ``grouped`` or ``after_augmentation``.

    Returns:
        The flow; None without steps.
    """
    if not steps:
        return None
    left_out = tuple(step for step in steps[1:] if step[0] not in _SPLITS and step[1])
    splits = tuple(
        (_SPLITS[label], count) for label, count in steps[1:] if label in _SPLITS and (count or label not in _OPTIONAL)
    )
    surplus = sum(count for _, count in splits) - (steps[0][1] - sum(count for _, count in left_out))
    return Flow((steps[0][0], steps[0][1]), left_out, splits, _explain(surplus, protocol) if splits else "")


def _explain(surplus: int, protocol: str) -> str:
    if surplus == 0:
        return ""
    if surplus > 0 and protocol == AFTER_AUGMENTATION:
        return (
            f"The splits hold {count_text(surplus)} images more than remain: augmented copies, made before the split."
        )
    more_or_less = "more" if surplus > 0 else "fewer"
    return f"These numbers do not add up: the splits hold {count_text(abs(surplus))} images {more_or_less} than remain."
