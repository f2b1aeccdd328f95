"""Deal whole groups into folds that are alike: for cross-validation and for choosing hyper-parameters."""

from collections.abc import Sequence

import pandas as pd

from melanoma.data.group_counts import GroupCounts, Holding, count_groups


def deal_folds(rows: pd.DataFrame, folds: int, seed: int) -> "pd.Series[int]":
    """Give each image a fold, so that groups stay whole and each diagnosis is spread evenly.

    The groups that weigh most in a diagnosis are dealt first, in a seeded order among equals, each to the fold that has
    least of its diagnoses (for one diagnosis, Graham 1969, Bounds on Multiprocessing Timing Anomalies: the fullest fold
    exceeds the emptiest by one group at most). A fold that lacks a diagnosis of the group goes before one that has it.
    scikit-learn's ``StratifiedGroupKFold`` says nothing when a diagnosis has too few groups; where groups are of one
    diagnosis it is never more even than this, and where they are of several it seldom is.

    Args:
        rows: ``image_id``, ``group_id`` and ``diagnosis`` of each image.
        folds: Number of folds, at least 2.
        seed: The run's seed.

    Returns:
        The fold of each row, 0 to folds - 1.
    """
    counts = count_groups(rows, seed, "folds")
    dealing = _Dealing(counts, folds)
    by_weight = sorted(range(len(counts.names)), key=lambda group: -dealing.weight(counts.holdings[group]))
    fold_of = {group: dealing.deal(counts.holdings[group]) for group in by_weight}
    # Groups of several diagnoses were dealt before the others were in place; where there are any, all are dealt again.
    is_mixed = any(len(holding) > 1 for holding in counts.holdings)
    for group in by_weight if is_mixed else ():
        dealing.take_back(counts.holdings[group], fold_of[group])
        fold_of[group] = dealing.deal(counts.holdings[group])
    fold_of_name = {counts.names[group]: fold for group, fold in fold_of.items()}
    return rows["group_id"].map(fold_of_name).astype("Int64").rename("fold")


class _Dealing:
    """What each fold holds so far."""

    def __init__(self, counts: GroupCounts, folds: int) -> None:
        self._folds = range(folds)
        self._sizes = counts.sizes
        self._spread = counts.spread
        self._held = [[0] * len(counts.sizes) for _ in self._folds]
        self._images = [0] * folds

    def weight(self, holding: Holding) -> float:
        """Return the largest share of a diagnosis that a group holds."""
        return max(images / self._sizes[diagnosis] for diagnosis, images in holding)

    def deal(self, holding: Holding) -> int:
        """Put a group into the fold that needs it most, and return the fold."""
        fold = min(self._without(holding), key=lambda fold: (self._crowding(fold, holding), self._images[fold], fold))
        self._add(fold, holding, 1)
        return fold

    def take_back(self, holding: Holding, fold: int) -> None:
        """Take a group out of its fold again."""
        self._add(fold, holding, -1)

    def _without(self, holding: Holding) -> Sequence[int]:
        """Return the folds that lack the group's rarest diagnosis of those that some fold lacks; all, if none does."""
        for diagnosis, _ in sorted(holding, key=lambda cell: self._spread[cell[0]]):
            lacking = [fold for fold in self._folds if not self._held[fold][diagnosis]]
            if lacking:
                return lacking
        return self._folds

    def _crowding(self, fold: int, holding: Holding) -> float:
        """Return half of what a group adds to the sum of a fold's squared shares, less what it adds to any fold."""
        held = self._held[fold]
        return sum(images * held[d] / self._sizes[d] ** 2 for d, images in holding)

    def _add(self, fold: int, holding: Holding, times: int) -> None:
        for diagnosis, images in holding:
            self._held[fold][diagnosis] += times * images
            self._images[fold] += times * images
