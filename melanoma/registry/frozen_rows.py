"""Test rows that a champion and its challenger are judged on, and what became of all others."""

from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

from melanoma.data.known_images import find_known
from melanoma.data.roles import TEST
from melanoma.fingerprint import digest_value


def digest_test_rows(manifest: pd.DataFrame) -> str:
    """Return the sha256 of a run's test rows: which contents, under which diagnosis; names do not matter.

    Args:
        manifest: The run's, with ``split``, ``sha256`` and ``diagnosis``.
    """
    rows = manifest[manifest["split"] == TEST]
    return digest_value(sorted(map(list, zip(rows["sha256"], rows["diagnosis"], strict=True))))


@dataclass(frozen=True)
class FrozenRows:
    """The images that both are judged on, and the account of the others.

    Attributes:
        pairs: ``image_id`` in the challenger's run and ``champion_id`` in the champion's, of the same content.
        champion_test: Test rows of the champion's run.
        challenger_test: Test rows of the challenger's run.
        gone: Test rows of the champion whose content the challenger's source no longer has.
        left_out: Test rows of the champion that are there, but in no role, such as by a finding of the audit.
        added: Test rows of the challenger that the champion was never judged on, and has not met.
        met: Test rows of the challenger that the champion has trained or chosen on, or a relative of which.
    """

    pairs: pd.DataFrame = field(repr=False, compare=False)
    champion_test: int
    challenger_test: int
    gone: int
    left_out: int
    added: int
    met: int

    def to_json(self) -> dict[str, Any]:
        """Return the counts, and sentences on what is not judged."""
        counts = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name != "pairs"}
        return {"judged": len(self.pairs), **counts, "notes": self.describe()}

    def describe(self) -> list[str]:
        """Say which rows take no part in the comparison, and why; nothing where all do."""
        said = (
            (self.gone, "test images of the champion are no longer in the source"),
            (
                self.left_out,
                "test images of the champion are in the source, but left out by the audit or the split",
            ),
            (self.added, "test images are new since the champion was judged; they take no part"),
            (self.met, "test images, or relatives of them, were known to the champion; they take no part"),
        )
        return [f"{count:,} {words}" for count, words in said if count]


def choose_frozen_rows(challenger: pd.DataFrame, champion: pd.DataFrame) -> FrozenRows:
    """Choose the test rows of the challenger that were test rows of the champion, by content.

    Args:
        challenger: Its run's manifest: ``image_id``, ``sha256``, ``pixel_sha256``, ``isic_id``, ``group_id`` and
            ``split``.
        champion: The same of the champion's run.

    Returns:
        The rows, and the account of the others.
    """
    tested, before = (table[table["split"] == TEST] for table in (challenger, champion))
    is_met = find_known(challenger, champion).notna()
    met_groups = set(challenger.loc[is_met, "group_id"])
    is_old = tested["sha256"].isin(before["sha256"])
    has_met = tested["group_id"].isin(met_groups)
    named = before.drop_duplicates("sha256").rename(columns={"image_id": "champion_id"})
    unmet = tested[is_old & ~has_met].drop_duplicates("sha256")
    present = before["sha256"].isin(challenger["sha256"])
    return FrozenRows(
        pairs=unmet[["image_id", "sha256"]].merge(named[["sha256", "champion_id"]], on="sha256"),
        champion_test=len(before),
        challenger_test=len(tested),
        gone=int((~present).sum()),
        left_out=int((present & ~before["sha256"].isin(tested["sha256"])).sum()),
        added=int((~is_old & ~has_met).sum()),
        met=int(has_met.sum()),
    )
