"""Hold out whole groups, so that each diagnosis gives its share of images as nearly as its groups allow."""

import pandas as pd

from melanoma.data.group_counts import GroupCounts, Holding, count_groups


def hold_out_groups(rows: pd.DataFrame, share: float, stream: tuple[int, str], leave: int = 1) -> set[str]:
    """Choose whole groups until each diagnosis has given its share of images.

    Groups are looked at in a seeded order, those with the rarest diagnosis first. A group is taken if that brings the
    share of its rarest diagnosis nearer to the one that is asked for, and the shares of all its diagnoses together, by
    the sum of their squared distances: a group of one diagnosis is taken while the diagnosis lacks at least half of it.
    A diagnosis that has given nothing then gives the group that does least harm. No group is taken that is the last of
    any of its diagnoses.

    Args:
        rows: ``image_id``, ``group_id`` and ``diagnosis`` of each image.
        share: Share of each diagnosis' images, in (0, 1).
        stream: The run's seed, and what the groups are for.
        leave: Groups of each diagnosis that are needed elsewhere; only the first of a diagnosis is taken out of them.

    Returns:
        The chosen group ids.
    """
    counts = count_groups(rows, *stream)
    sizes = counts.sizes
    rarest = [min(holding, key=lambda cell: sizes[cell[0]]) for holding in counts.holdings]
    order = sorted(range(len(rarest)), key=lambda group: sizes[rarest[group][0]])
    taking = _Taking(counts, share, leave)
    for group in order:
        if taking.gain((rarest[group],)) >= 0 and taking.gain(counts.holdings[group]) >= 0:
            taking.take(group)
    for diagnosis in sorted(range(len(sizes)), key=sizes.__getitem__):
        taking.take_one_of(diagnosis, order)
    return {counts.names[group] for group in taking.taken}


class _Taking:
    """The groups taken so far, and what each diagnosis still lacks."""

    def __init__(self, counts: GroupCounts, share: float, leave: int) -> None:
        self.taken: set[int] = set()
        self._holdings = counts.holdings
        self._lacking = [share * size for size in counts.sizes]
        self._weights = [1 / size**2 for size in counts.sizes]
        self._left = list(counts.spread)
        self._leave = leave
        self._given = [0] * len(counts.sizes)

    def gain(self, holding: Holding) -> float:
        """Return by how much the squared distance from the shares shrinks if a group of this content is taken."""
        return sum(self._weights[d] * images * (2 * self._lacking[d] - images) for d, images in holding)

    def take(self, group: int) -> None:
        """Take a group, unless it is needed elsewhere."""
        if not self._can_spare(group):
            return
        self.taken.add(group)
        for diagnosis, images in self._holdings[group]:
            self._lacking[diagnosis] -= images
            self._left[diagnosis] -= 1
            self._given[diagnosis] += 1

    def take_one_of(self, diagnosis: int, order: list[int]) -> None:
        """Take the group that does least harm, if nothing of a diagnosis was taken and a group can be spared."""
        if self._given[diagnosis] or self._left[diagnosis] < 2:
            return
        holders = [group for group in order if any(d == diagnosis for d, _ in self._holdings[group])]
        spare = [group for group in holders if self._can_spare(group)]
        if spare:
            self.take(max(spare, key=lambda group: self.gain(self._holdings[group])))

    def _can_spare(self, group: int) -> bool:
        return all(self._left[d] > (self._leave if self._given[d] else 1) for d, _ in self._holdings[group])
