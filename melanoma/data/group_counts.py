"""How many images of each diagnosis each group holds: what whole groups are dealt out by."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from melanoma.seeding import derive_seed

Holding = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class GroupCounts:
    """Groups in an order that depends on their names alone, not on rows or on other groups.

    Attributes:
        names: The groups' ids.
        holdings: For each group, the position of each of its diagnoses and its number of images of it.
        diagnoses: Names of the diagnoses, sorted.
        sizes: Images of each diagnosis.
        spread: Groups that hold each diagnosis.
    """

    names: tuple[str, ...]
    holdings: tuple[Holding, ...]
    diagnoses: tuple[str, ...]
    sizes: tuple[int, ...]
    spread: tuple[int, ...]


def count_groups(rows: pd.DataFrame, seed: int, purpose: str) -> GroupCounts:
    """Count each group's images of each diagnosis, and put the groups in a seeded order.

    Each group's place follows from the seed, the purpose and the id of its first image. So new groups come between the
    others and leave their order as it is, and a set that grows is divided much as it was.

    Args:
        rows: ``image_id``, ``group_id`` and ``diagnosis`` of each image.
        seed: The run's seed.
        purpose: What the order is for; part of the stream's name.

    Returns:
        The groups.
    """
    first = rows.sort_values("image_id").drop_duplicates("group_id")
    keys = [derive_seed(seed, purpose, image) for image in first["image_id"]]
    names = first["group_id"].to_numpy()[np.argsort(keys, kind="stable")]
    diagnoses = sorted(rows["diagnosis"].unique())
    cells = pd.Index(names).get_indexer(rows["group_id"]) * len(diagnoses)
    cells += pd.Index(diagnoses).get_indexer(rows["diagnosis"])
    cell, images = np.unique(cells, return_counts=True)
    group, diagnosis = np.divmod(cell, max(len(diagnoses), 1))
    return GroupCounts(
        names=tuple(names),
        holdings=_holdings(group.tolist(), diagnosis.tolist(), images.tolist()),
        diagnoses=tuple(diagnoses),
        sizes=tuple(np.bincount(diagnosis, images, len(diagnoses)).astype(int).tolist()),
        spread=tuple(np.bincount(diagnosis, minlength=len(diagnoses)).tolist()),
    )


def _holdings(groups: Sequence[int], diagnoses: Sequence[int], images: Sequence[int]) -> tuple[Holding, ...]:
    """Gather the cells of each group; cells come sorted by group, and no group is without one."""
    gathered: list[list[tuple[int, int]]] = [[] for _ in range(groups[-1] + 1)] if groups else []
    for group, diagnosis, count in zip(groups, diagnoses, images, strict=True):
        gathered[group].append((diagnosis, count))
    return tuple(tuple(cells) for cells in gathered)
