"""What is true of a synthetic set: the key to judge an audit by."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.defects import Defect
from melanoma.data.synthetic.metadata import Row, missing_values
from melanoma.data.synthetic.plan import SPLITS, Picture
from melanoma.data.synthetic.traits import DIAGNOSES

Pair = tuple[str, str]


@dataclass(frozen=True)
class SyntheticTruth:
    """What was drawn and what was planted; every path is relative to the set's folder, in posix form.

    Attributes:
        seed: The set's seed.
        size_px: Side of each picture, in pixels.
        files: Files per split and diagnosis' folder, the planted ones among them.
        lesions: Lesions, each in one split but for `test_images_in_train` and `test_lesions_in_train`.
        lesions_in_several_images: Lesions that two to four drawn pictures show.
        patients: Patients.
        exact_duplicates: (source, planted) with the same bytes, in one folder of Train.
        label_conflicts: (source, planted) with the same bytes, in two folders of Train.
        truncated_files: (source, planted); the planted one ends early and cannot be decoded whole.
        test_images_in_train: (source in Test, planted in Train) with the same bytes, under one diagnosis.
        test_lesions_in_train: (source in Test, planted in Train), two views of one lesion, under one diagnosis.
        mislabelled: Train files that stand under another diagnosis than the one that they were drawn as.
        effects: By name, what else was planted: the settings that plant it, and which files it concerns.
        missing_values: ISIC ids without a value, by column of the metadata.
    """

    seed: int
    size_px: int
    files: Mapping[str, Mapping[str, int]]
    lesions: int
    lesions_in_several_images: int
    patients: int
    exact_duplicates: tuple[Pair, ...]
    label_conflicts: tuple[Pair, ...]
    truncated_files: tuple[Pair, ...]
    test_images_in_train: tuple[Pair, ...]
    test_lesions_in_train: tuple[Pair, ...]
    mislabelled: tuple[str, ...]
    effects: Mapping[str, Mapping[str, Any]]
    missing_values: Mapping[str, tuple[str, ...]]

    def to_json(self) -> str:
        """Write the truth as JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"


def truth_path(folder: Path) -> Path:
    """Return where a set's truth stands: beside its folder, so that nobody trains on it."""
    return folder.with_name(folder.name + "-truth.json")


def truth_of(
    pictures: Sequence[Picture], defects: Sequence[Defect], rows: Sequence[Row], config: SyntheticConfig
) -> SyntheticTruth:
    """Tell what is true of a planned set.

    Args:
        pictures: Every picture that is drawn.
        defects: Every file that is planted.
        rows: The metadata of both.
        config: What the set was asked to hold.

    Returns:
        The truth.
    """
    views = Counter(picture.lesion_id for picture in pictures)
    return SyntheticTruth(
        seed=config.seed,
        size_px=config.size_px,
        files=_file_counts([*pictures, *(defect.planted for defect in defects)]),
        lesions=len(views),
        lesions_in_several_images=sum(count > 1 for count in views.values()),
        patients=len({picture.patient_id for picture in pictures}),
        exact_duplicates=_pairs(defects, "exact_duplicates"),
        label_conflicts=_pairs(defects, "label_conflicts"),
        truncated_files=_pairs(defects, "truncated_files"),
        test_images_in_train=_pairs(defects, "test_images_in_train"),
        test_lesions_in_train=_pairs(defects, "test_lesions_in_train"),
        mislabelled=tuple(picture.name for picture in pictures if picture.label != picture.subject.diagnosis),
        effects=_effects([*pictures, *(defect.planted for defect in defects)], config),
        missing_values=missing_values(rows),
    )


def _pairs(defects: Sequence[Defect], kind: str) -> tuple[Pair, ...]:
    return tuple((defect.source.name, defect.planted.name) for defect in defects if defect.kind == kind)


def _effects(pictures: Sequence[Picture], config: SyntheticConfig) -> dict[str, dict[str, Any]]:
    """Say what was planted in the pictures themselves and in how they are divided; empty where nothing was."""
    of_group = [picture.name for picture in pictures if picture.is_of(config.harder_group)]
    planted: dict[str, dict[str, Any]] = {
        "harder_group": {"group": config.harder_group, "fading": config.harder_fading, "files": of_group},
        "test_camera": {"distance": config.test_camera, "files": "Test"},
        "test_mix": {"distance": config.test_mix, "files": "Test"},
        "mislabelled_share": {"share": config.mislabelled_share, "files": "Train"},
    }
    nothing = SyntheticConfig()
    return {name: facts for name, facts in planted.items() if getattr(config, name) != getattr(nothing, name)}


def _file_counts(pictures: Sequence[Picture]) -> dict[str, dict[str, int]]:
    places = [(picture.split, picture.label) for picture in pictures]
    return {split: {label: places.count((split, label)) for label in DIAGNOSES} for split in SPLITS}
