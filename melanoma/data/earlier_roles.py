"""What the images of a set were to an earlier model: its test images stay test, what it has met stays outside."""

from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from melanoma.data.known_images import find_known
from melanoma.data.roles import TEST
from melanoma.fingerprint import digest_value

OUTSIDE_TEST = "outside test"
_IDENTITY = ["sha256", "pixel_sha256", "isic_id", "split"]


@dataclass(frozen=True)
class EarlierRoles:
    """The roles that an earlier split gave; a material of the split stage.

    Attributes:
        rows: ``sha256``, ``pixel_sha256``, ``isic_id`` and ``split`` of each image that had a role.
    """

    rows: pd.DataFrame = field(repr=False)

    @classmethod
    def of(cls, manifest: pd.DataFrame) -> "EarlierRoles":
        """Take them from the split manifest of the earlier run."""
        return cls(manifest.loc[manifest["split"].notna(), _IDENTITY].reset_index(drop=True))

    @cached_property
    def digest(self) -> str:
        """The sha256 of identities and roles; the order and the names of the files do not matter."""
        rows = self.rows.astype("object").where(self.rows.notna(), None)
        return digest_value(sorted(map(list, rows.itertuples(index=False, name=None)), key=str))


def find_earlier_roles(rows: pd.DataFrame, earlier: pd.DataFrame) -> "pd.Series[str]":
    """Find what each image of a set was to the earlier model, by bytes, pixels or ISIC id.

    An image that was both, in an earlier split that leaked, counts as one that the model has met.

    Args:
        rows: ``sha256``, ``pixel_sha256`` and ``isic_id`` of each image.
        earlier: The same of the earlier split, and ``split``.

    Returns:
        ``test``, `OUTSIDE_TEST`, or null for an image that it had not.
    """
    tested = find_known(rows, earlier, (TEST,)).notna()
    met = find_known(rows, earlier).notna()
    roles = pd.Series(None, index=rows.index, dtype="object")
    return roles.mask(tested, TEST).mask(met, OUTSIDE_TEST)
