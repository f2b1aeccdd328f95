"""Divide a set into training, validation, calibration and test so that no lesion, patient or picture is in two of them.

The grouped protocol keeps each group whole and each diagnosis in proportion. The protocol of the notebook, which splits
after augmentation, is here too, under a name that says so, because its leak is to be measured.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from melanoma.config.split import SplitConfig
from melanoma.data.folds import deal_folds
from melanoma.data.grouping import group_images, name_near_duplicates
from melanoma.data.hold_out import hold_out_groups
from melanoma.data.roles import CALIBRATION, ROLES, TEST, TRAIN, VALIDATION
from melanoma.seeding import generator

RELATED_TO_TEST = "related_to_test_image"
RELATED_TO_VALIDATION = "related_to_validation_image"


@dataclass(frozen=True)
class SplitProof:
    """What was checked after the split.

    Attributes:
        groups: Groups of related images.
        crossing: Groups that stand in more than one split or fold; a grouped split has none.
        absent: Diagnoses that a role has no image of, by role.
        absent_from_fold: Diagnoses that a fold has no image of, by fold.
        shares: Share of each diagnosis' images that each role has, by role and diagnosis.
    """

    groups: int
    crossing: tuple[str, ...]
    absent: dict[str, tuple[str, ...]]
    absent_from_fold: dict[str, tuple[str, ...]]
    shares: dict[str, dict[str, float]]


def split_images(
    manifest: pd.DataFrame,
    config: SplitConfig,
    seed: int,
    pairs: pd.DataFrame | None = None,
    earlier: "pd.Series[str] | None" = None,
) -> pd.DataFrame:
    """Give each image that is not excluded a role and a fold, and each image a group.

    The publisher's test folder stays the test set, and a validation folder the validation set; without one, whole
    groups are held out: for test, then for validation, then for calibration. So a diagnosis of few groups is trained on
    first, tested on second, and calibrated on last. In the protocol ``after_augmentation`` all that is not test is
    training, until copies have been made.

    Args:
        manifest: One row per image, with ``excluded_because`` from the audit (null: kept).
        config: Protocol, shares and folds.
        seed: The run's seed.
        pairs: ``image_id`` and ``other_id`` of confirmed near-duplicates.
        earlier: What an image was to a model that is judged on the test rows, as
            `melanoma.data.earlier_roles.find_earlier_roles` gives it: its test images stay in test, the images that it
            has met stay outside, and only what is new is dealt. The grouped protocol alone knows it.

    Returns:
        The manifest with ``near_duplicate_id`` (null without any), ``group_id``, ``split`` (null where excluded) and
        ``fold`` (null where excluded or test).
    """
    named = manifest.assign(near_duplicate_id=name_near_duplicates(manifest, pairs))
    rows = named.assign(group_id=group_images(named))
    kept = rows[rows["excluded_because"].isna()]
    grouped = config.protocol == "grouped"
    roles = _grouped_roles(kept, config, seed, earlier) if grouped else _roles_before_augmentation(kept, config, seed)
    placed = roles[roles.isin(ROLES)]
    because = rows["excluded_because"].mask(rows.index.isin(roles.index.difference(placed.index)), roles)
    divided = rows.assign(split=placed.reindex(rows.index).astype("object"), excluded_because=because)
    outside_test = divided[divided["split"].notna() & (divided["split"] != TEST)]
    return divided.assign(fold=_folds(outside_test, config.folds if grouped else 0, seed).reindex(rows.index))


def prove_split(rows: pd.DataFrame) -> SplitProof:
    """Look again, from the rows alone, whether a group stands in more than one role or fold, and what is absent."""
    placed = rows[rows["split"].notna()]
    sides = placed.groupby("group_id")[["split", "fold"]].nunique().max(axis=1)
    diagnoses = sorted(rows["diagnosis"].unique())
    counts = pd.crosstab(placed["diagnosis"], placed["split"]).reindex(index=diagnoses, columns=ROLES, fill_value=0)
    folds = pd.crosstab(placed["diagnosis"], placed["fold"]).reindex(index=diagnoses, fill_value=0)
    totals = counts.sum(axis=1).clip(lower=1)
    return SplitProof(
        groups=len(sides),
        crossing=tuple(sides.index[sides > 1]),
        absent={role: tuple(counts.index[counts[role] == 0]) for role in ROLES},
        absent_from_fold={str(fold): tuple(folds.index[folds[fold] == 0]) for fold in folds},
        shares={role: dict(zip(diagnoses, (counts[role] / totals).round(4), strict=True)) for role in ROLES},
    )


def split_after_augmentation(examples: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """Split originals and their copies at random, as the notebook does. This leaks: copies of one image part ways.

    Args:
        examples: One row per original or copy; those with split ``train`` are divided.
        share: Share that becomes validation.
        seed: The run's seed.

    Returns:
        The examples with some training rows turned into validation rows.
    """
    pool = np.flatnonzero(examples["split"] == TRAIN)
    order = generator(seed, "split after augmentation").permutation(len(pool))
    chosen = pool[order[: int(share * len(pool))]]
    is_chosen = np.isin(np.arange(len(examples)), chosen)
    return examples.assign(split=examples["split"].mask(is_chosen, VALIDATION))


def _grouped_roles(
    kept: pd.DataFrame, config: SplitConfig, seed: int, earlier: "pd.Series[str] | None"
) -> "pd.Series[str]":
    """Return each row's role, or why it has none."""
    if earlier is None:
        roles = _published_roles(kept, kept["publisher_split"])
    else:
        roles = _roles_kept_from_earlier(kept, config, seed, earlier.reindex(kept.index))
    shares = {TEST: config.test_share, VALIDATION: config.validation_share, CALIBRATION: config.calibration_share}
    missing = [role for role, share in shares.items() if share and not (roles == role).any()]
    outside_test = [TRAIN, *(role for role in missing if role != TEST)]
    for place, role in enumerate(missing):
        # Calibration's share is one of the rows that validation was taken from, too.
        share = shares[role] * roles.isin(outside_test).sum() / max((roles == TRAIN).sum(), 1)
        is_held = _held_out(kept[roles == TRAIN], share, (seed, role), leave=len(missing) - place)
        roles = roles.mask(is_held.reindex(roles.index, fill_value=False), role)
    return roles


def _roles_kept_from_earlier(
    kept: pd.DataFrame, config: SplitConfig, seed: int, earlier: "pd.Series[str]"
) -> "pd.Series[str]":
    """Let earlier test images be test; where no publisher says what is, new groups give their share of themselves."""
    published = kept["publisher_split"]
    roles = _published_roles(kept, published.mask(earlier == TEST, TEST))
    known = kept["group_id"].isin(kept.loc[earlier.notna(), "group_id"])
    new = kept[(roles == TRAIN) & ~known]
    if (published == TEST).any() or new.empty:
        return roles
    held = _held_out(new, config.test_share, (seed, TEST), leave=1)
    return roles.mask(held.reindex(roles.index, fill_value=False), TEST)


def _published_roles(kept: pd.DataFrame, published: "pd.Series[str]") -> "pd.Series[str]":
    """Return what is published, training where nothing; a row related to one that is held out leaves."""
    roles = published.where(published.isin([TEST, VALIDATION]), TRAIN).astype("object")
    for role, others, reason in (
        (TEST, [TRAIN, VALIDATION], RELATED_TO_TEST),
        (VALIDATION, [TRAIN], RELATED_TO_VALIDATION),
    ):
        related = roles.isin(others) & kept["group_id"].isin(kept.loc[roles == role, "group_id"])
        roles = roles.mask(related, reason)
    return roles


def _held_out(free: pd.DataFrame, share: float, stream: tuple[int, str], leave: int) -> "pd.Series[bool]":
    return free["group_id"].isin(hold_out_groups(free, share, stream, leave))


def _roles_before_augmentation(kept: pd.DataFrame, config: SplitConfig, seed: int) -> "pd.Series[str]":
    is_test = kept["publisher_split"] == TEST
    if not is_test.any():
        is_test = _held_out(kept, config.test_share, (seed, TEST), leave=1)
    return is_test.map({True: TEST, False: TRAIN}).astype("object")


def _folds(rows: pd.DataFrame, folds: int, seed: int) -> "pd.Series[int]":
    return deal_folds(rows, folds, seed) if folds else pd.Series(dtype="Int64")
