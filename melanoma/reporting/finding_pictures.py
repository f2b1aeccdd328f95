"""Which images of a finding are shown: a bounded number, of every kind that there is.

Those that belong together stand side by side. They are chosen by rule, so that nobody picks them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

MOST_IN_GROUP = 4


@dataclass(frozen=True)
class PictureCard:
    """One image of a finding.

    Attributes:
        image_id: Which.
        picture: PNG or JPEG bytes; None where there is none to show, because it could not be read or is missing.
        diagnosis: As published; empty if it has none.
        published_split: ``train``, ``test`` or empty.
        detail: What the finding says of it.
        excluded: Whether it leaves the data because of this finding.
        relabelled_to: The diagnosis that it gets instead; empty if it keeps its own.
    """

    image_id: str
    picture: bytes | None
    diagnosis: str = ""
    published_split: str = ""
    detail: str = ""
    excluded: bool = False
    relabelled_to: str = ""


@dataclass(frozen=True)
class PictureGroup:
    """Images that belong together, or one image on its own; ``images`` counts those that are not shown too."""

    cards: tuple[PictureCard, ...]
    images: int

    @property
    def detail(self) -> str:
        """What the finding says of all images alike; empty if it differs."""
        details = {card.detail for card in self.cards}
        return details.pop() if len(details) == 1 else ""


@dataclass(frozen=True)
class FindingPictures:
    """What is shown of a finding, and what there is.

    Attributes:
        groups: What is shown.
        images: All images of the finding.
        all_groups: All groups; 0 where the finding is about single images.
    """

    groups: tuple[PictureGroup, ...]
    images: int
    all_groups: int = 0

    @property
    def shown(self) -> int:
        """The images that are shown."""
        return sum(len(group.cards) for group in self.groups)


def choose_pictures(listed: pd.DataFrame, picture: Callable[[str], bytes | None], most: int) -> FindingPictures:
    """Choose images of one finding.

    Groups are taken in turn from each combination of diagnoses, single images in turn from each diagnosis, and within a
    group from each diagnosis and side of the published split.

    Args:
        listed: The finding's rows of ``finding-images.parquet``.
        picture: Returns an image's picture, or None if it has none.
        most: Images to show, at most; a group is shown with up to `MOST_IN_GROUP` of them.

    Returns:
        What is shown.
    """
    texts = ["diagnosis", "publisher_split", "relabelled_to"]
    rows = listed.assign(**{name: listed[name].fillna("") for name in texts})
    if listed["group"].notna().any():
        return _choose_groups(rows, picture, most)
    chosen = _in_turn(rows, rows["diagnosis"]).head(most)
    return FindingPictures(tuple(PictureGroup((_card(row, picture),), 1) for row in _rows(chosen)), len(rows))


def _choose_groups(rows: pd.DataFrame, picture: Callable[[str], bytes | None], most: int) -> FindingPictures:
    groups = rows.groupby("group", sort=True)
    kinds = groups["diagnosis"].agg(lambda names: "\0".join(sorted(set(names))))
    order = _in_turn(groups.size().to_frame("images"), kinds)["images"]
    fits = order.clip(upper=MOST_IN_GROUP).cumsum() <= max(most, MOST_IN_GROUP)
    chosen = (_group(rows[rows["group"] == name], picture) for name in order.index[fits])
    return FindingPictures(tuple(chosen), len(rows), len(order))


def _group(members: pd.DataFrame, picture: Callable[[str], bytes | None]) -> PictureGroup:
    kinds = members["publisher_split"] + "\0" + members["diagnosis"]
    chosen = _in_turn(members, kinds).head(MOST_IN_GROUP).sort_values("image_id")
    return PictureGroup(tuple(_card(row, picture) for row in _rows(chosen)), len(members))


def _in_turn(rows: pd.DataFrame, kinds: pd.Series) -> pd.DataFrame:
    """Order rows so that the first of each kind come first, then the second of each, and so on."""
    return rows.assign(turn=rows.groupby(kinds, sort=False).cumcount()).sort_values("turn", kind="stable")


def _rows(table: pd.DataFrame) -> list[pd.Series]:
    return [row for _, row in table.iterrows()]


def _card(row: pd.Series, picture: Callable[[str], bytes | None]) -> PictureCard:
    return PictureCard(
        image_id=row["image_id"],
        picture=picture(row["image_id"]),
        diagnosis=row["diagnosis"],
        published_split=row["publisher_split"],
        detail=row["detail"],
        excluded=bool(row["excluded"]),
        relabelled_to=row["relabelled_to"],
    )
