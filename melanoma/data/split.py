"""Divide a set into training, validation and test so that no lesion, patient or picture is on two sides.

The grouped protocol keeps each group whole and each diagnosis in proportion. The protocol of the notebook, which splits
after augmentation, is here too, under a name that says so, because its leak is to be measured.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from melanoma.config.split import SplitConfig
from melanoma.data.grouping import group_images
from melanoma.seeding import generator

RELATED_TO_TEST = "related_to_test_image"


@dataclass(frozen=True)
class SplitProof:
    """What was checked after the split.

    Attributes:
        groups: Groups of related images.
        crossing: Groups that stand in more than one split; a grouped split has none.
        absent: Diagnoses that a split has no image of, by split.
    """

    groups: int
    crossing: tuple[str, ...]
    absent: dict[str, tuple[str, ...]]


def split_images(manifest: pd.DataFrame, config: SplitConfig, seed: int) -> pd.DataFrame:
    """Give each image that is not excluded a split and each image a group.

    The publisher's test folder stays the test set. Without one, whole groups are held out. In the protocol
    ``after_augmentation`` all that is not test is training, until copies have been made.

    Args:
        manifest: One row per image, with ``excluded_because`` from the audit (null: kept).
        config: Protocol and shares.
        seed: The run's seed.

    Returns:
        The manifest with ``group_id`` and ``split`` (null where excluded).
    """
    rows = manifest.assign(group_id=group_images(manifest), split=pd.Series(None, index=manifest.index, dtype="object"))
    kept = rows.loc[rows["excluded_because"].isna()]
    is_test = _is_test(kept, config, seed)
    rest = kept.loc[~is_test]
    rows.loc[kept.index[is_test], "split"] = "test"
    rows.loc[rest.index, "split"] = "train"
    return _part_from_test(rows, config, seed) if config.protocol == "grouped" else rows


def prove_split(rows: pd.DataFrame) -> SplitProof:
    """Look again, from the rows alone, whether a group stands in more than one split."""
    placed = rows[rows["split"].notna()]
    sides = placed.groupby("group_id")["split"].nunique()
    diagnoses = sorted(rows["diagnosis"].unique())
    present = {split: set(members["diagnosis"]) for split, members in placed.groupby("split")}
    absent = {
        split: tuple(name for name in diagnoses if name not in present.get(split, set()))
        for split in ("train", "validation", "test")
    }
    return SplitProof(len(sides), tuple(sides.index[sides > 1]), absent)


def hold_out_groups(rows: pd.DataFrame, share: float, seed: int, purpose: str) -> set[str]:
    """Choose whole groups until each diagnosis has given its share of images.

    Groups come in a seeded order, diagnosis by diagnosis from the rarest on. A group is taken while its diagnosis is
    short of its share by at least half of the group, and never if it is the last group of any of its diagnoses.

    Args:
        rows: ``group_id`` and ``diagnosis`` of each image.
        share: Share of each diagnosis' images, in (0, 1).
        seed: The run's seed.
        purpose: What the groups are for; part of the stream's name.

    Returns:
        The chosen group ids.
    """
    sizes = rows.groupby("diagnosis")["image_id"].count().sort_values(kind="stable")
    within: dict[Any, list[str]] = rows.groupby("group_id")["diagnosis"].unique().to_dict()
    left = rows.groupby("diagnosis")["group_id"].nunique().to_dict()
    chosen: set[str] = set()
    for diagnosis, size in sizes.items():
        members = rows[rows["diagnosis"] == diagnosis].groupby("group_id", sort=True)["image_id"].count()
        taken = int(members[members.index.isin(chosen)].sum())
        for group, count in members.iloc[generator(seed, purpose, diagnosis).permutation(len(members))].items():
            is_last = any(left[name] == 1 for name in within[group])
            if group in chosen or is_last or taken + count / 2 > share * size:
                continue
            chosen.add(str(group))
            taken += int(count)
            left |= {name: left[name] - 1 for name in within[group]}
    return chosen


def split_after_augmentation(examples: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """Split originals and their copies at random, as the notebook does. This leaks: copies of one image part ways.

    Args:
        examples: One row per original or copy; those with split ``train`` are divided.
        share: Share that becomes validation.
        seed: The run's seed.

    Returns:
        The examples with some training rows turned into validation rows.
    """
    pool = np.flatnonzero(examples["split"] == "train")
    order = generator(seed, "split after augmentation").permutation(len(pool))
    chosen = pool[order[: int(share * len(pool))]]
    is_chosen = np.isin(np.arange(len(examples)), chosen)
    return examples.assign(split=examples["split"].mask(is_chosen, "validation"))


def _is_test(kept: pd.DataFrame, config: SplitConfig, seed: int) -> "pd.Series[bool]":
    published = kept["publisher_split"] == "test"
    if published.any():
        return published
    return kept["group_id"].isin(hold_out_groups(kept, config.test_share, seed, "test"))


def _part_from_test(rows: pd.DataFrame, config: SplitConfig, seed: int) -> pd.DataFrame:
    """Take out training images that are related to a test image, and hold out whole groups for validation."""
    train = rows["split"] == "train"
    related = train & rows["group_id"].isin(rows.loc[rows["split"] == "test", "group_id"])
    held = hold_out_groups(rows.loc[train & ~related], config.validation_share, seed, "validation")
    divided = rows.copy()
    divided.loc[related, ["split", "excluded_because"]] = [None, RELATED_TO_TEST]
    divided.loc[train & ~related & rows["group_id"].isin(held), "split"] = "validation"
    return divided
