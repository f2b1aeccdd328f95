"""What of an image's metadata a model may be given beside the picture.

The table is closed: what is not in it never reaches a model. Of a publisher's other columns some say how a diagnosis
was confirmed (``dx_type``, ``diagnosis_confirm_type``, ``concomitant_biopsy``) or what is measured of melanomas alone
(``mel_thick_mm``): a model that saw one of them would read off the answer. Others, such as who took the picture, tell
the source and not the lesion.
"""

from collections.abc import Sequence
from typing import Literal, get_args

MetadataField = Literal["age_approx", "sex", "anatom_site_general"]
METADATA_FIELDS: tuple[MetadataField, ...] = get_args(MetadataField)


def check_fields(names: object) -> object:
    """Return the names of some fields as they are.

    Args:
        names: What the configuration says, whatever that is; what is no list of texts is left to others to refuse.

    Raises:
        ValueError: If one is not in the table, or stands twice.
    """
    if not isinstance(names, Sequence) or isinstance(names, str):
        return names
    for place, name in enumerate(names):
        if name not in METADATA_FIELDS:
            raise ValueError(f"{name} may not reach a model; choose from {', '.join(METADATA_FIELDS)}")
        if name in names[:place]:
            raise ValueError(f"{name} stands twice; name each field once")
    return names
