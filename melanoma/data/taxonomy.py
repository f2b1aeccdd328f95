"""One name per diagnosis, whatever the source calls it, and its binary reading.

Names are those of the nine-class set; HAM10000's codes follow Tschandl et al. 2018, doi:10.1038/sdata.2018.161. Its
`bkl` and `akiec` join diagnoses that the nine-class set keeps apart, so they keep names of their own.
"""

import unicodedata
from typing import Literal

Reading = Literal["malignant", "benign", "indeterminate", "unknown"]

READINGS: dict[str, Reading] = {
    "actinic keratosis": "indeterminate",
    "actinic keratosis or intraepithelial carcinoma": "indeterminate",
    "basal cell carcinoma": "malignant",
    "benign keratosis": "benign",
    "dermatofibroma": "benign",
    "melanoma": "malignant",
    "nevus": "benign",
    "pigmented benign keratosis": "benign",
    "seborrheic keratosis": "benign",
    "squamous cell carcinoma": "malignant",
    "vascular lesion": "benign",
}
HAM10000_CODES = {
    "akiec": "actinic keratosis or intraepithelial carcinoma",
    "bcc": "basal cell carcinoma",
    "bkl": "benign keratosis",
    "df": "dermatofibroma",
    "mel": "melanoma",
    "nv": "nevus",
    "vasc": "vascular lesion",
}
COARSE_NAMES = {
    "actinic keratosis or intraepithelial carcinoma": {"actinic keratosis", "squamous cell carcinoma"},
    "benign keratosis": {"pigmented benign keratosis", "seborrheic keratosis"},
}
_SPELLINGS = {
    "naevus": "nevus",
    "melanocytic nevus": "nevus",
    "melanocytic nevi": "nevus",
    "vascular lesions": "vascular lesion",
}


def diagnosis_of(label: str) -> str:
    """Return the diagnosis that a published label means; an unknown label stays, in lower case.

    Args:
        label: A folder's name or a code, in any case.

    Returns:
        The diagnosis' name.

    Examples:
        >>> diagnosis_of("Basal_Cell_Carcinoma"), diagnosis_of("nv"), diagnosis_of("Healthy")
        ('basal cell carcinoma', 'nevus', 'healthy')
    """
    plain = " ".join(unicodedata.normalize("NFC", label).replace("_", " ").casefold().split())
    return HAM10000_CODES.get(plain) or _SPELLINGS.get(plain, plain)


def compatible(one: str, other: str) -> bool:
    """Tell whether two diagnoses can both be true of one lesion: they are equal, or one is the other's coarse name.

    Examples:
        >>> compatible("benign keratosis", "seborrheic keratosis"), compatible("nevus", "actinic keratosis")
        (True, False)
    """
    return one == other or other in COARSE_NAMES.get(one, ()) or one in COARSE_NAMES.get(other, ())


def reading_of(diagnosis: str) -> Reading:
    """Return whether a diagnosis is malignant, benign, indeterminate, or unknown to this taxonomy."""
    return READINGS.get(diagnosis, "unknown")
