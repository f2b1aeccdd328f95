"""One name per diagnosis, whatever the source calls it, its binary reading, and which names cover which.

Names are those of the nine-class set and, beyond them, those of the ISIC Archive (`melanoma.data.archive_tree`).
HAM10000's codes follow Tschandl et al. 2018, doi:10.1038/sdata.2018.161; ISIC 2018 and 2019 use them as column names.
Its `bkl` and `akiec` join diagnoses that the nine-class set keeps apart, so they keep names of their own.

The reading is the Archive's: actinic keratosis is indeterminate. ISIC 2019's UNK ("none of the others") is no
diagnosis: its images are unlabelled, and take no part in training.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal

from melanoma.data.archive_tree import ARCHIVE_TREE

Reading = Literal["malignant", "benign", "indeterminate", "unknown"]

UNKNOWN = "unknown"
HAM10000_CODES = {
    "akiec": "actinic keratosis or intraepithelial carcinoma",
    "bcc": "basal cell carcinoma",
    "bkl": "benign keratosis",
    "df": "dermatofibroma",
    "mel": "melanoma",
    "nv": "nevus",
    "vasc": "vascular lesion",
}
ISIC2019_CODES = {
    **{code: name for code, name in HAM10000_CODES.items() if code != "akiec"},
    "ak": "actinic keratosis",
    "scc": "squamous cell carcinoma",
    "unk": UNKNOWN,
}
CLASSES = (
    "actinic keratosis",
    "basal cell carcinoma",
    "dermatofibroma",
    "melanoma",
    "nevus",
    "pigmented benign keratosis",
    "seborrheic keratosis",
    "squamous cell carcinoma",
    "vascular lesion",
)
_SPELLINGS = {
    **HAM10000_CODES,
    **ISIC2019_CODES,
    "naevus": "nevus",
    "melanocytic nevus": "nevus",
    "melanocytic nevi": "nevus",
    "vascular lesions": "vascular lesion",
    # names of the Archive for what the nine-class set, or ISIC 2020, calls otherwise
    "benign soft tissue proliferations - vascular": "vascular lesion",
    "cafe au lait macule or patch": "cafe-au-lait macule",
    "lichen planus like keratosis": "lichenoid keratosis",
    "malignant melanocytic proliferations (melanoma)": "melanoma",
    "melanoma, nos": "melanoma",
    "solar or actinic keratosis": "actinic keratosis",
    "squamous cell carcinoma, nos": "squamous cell carcinoma",
    # names that the Archive used before its tree
    "acrochordon": "fibroepithelial polyp",
    "aimp": "atypical intraepithelial melanocytic proliferation",
    "angiofibroma or fibrous papule": "angiofibroma",
    "atypical melanocytic proliferation": "atypical melanocytic neoplasm",
    "mucosal melanosis": "mucosal melanotic macule",
}
_COVERED = {
    "actinic keratosis or intraepithelial carcinoma": ("actinic keratosis", "squamous cell carcinoma in situ"),
    "benign keratosis": (
        "lichenoid keratosis",
        "pigmented benign keratosis",
        "seborrheic keratosis",
        "solar lentigo",
    ),
    "benign melanocytic proliferations": ("nevus",),
    "melanoma": ("melanoma in situ", "melanoma invasive", "melanoma metastasis"),
    "nevus": ("blue nevus", "nevus spilus"),
    "squamous cell carcinoma": ("squamous cell carcinoma in situ", "squamous cell carcinoma, invasive"),
    "vascular lesion": ("angioma", "hemorrhage"),
    "benign": ("benign keratosis",),
}


def diagnosis_of(label: str) -> str:
    """Return the diagnosis that a published label means; an unknown label stays, in lower case.

    Args:
        label: A folder's name, a code or a name of the Archive, in any case.

    Returns:
        The diagnosis' name.

    Examples:
        >>> diagnosis_of("Basal_Cell_Carcinoma"), diagnosis_of("nv"), diagnosis_of("Healthy")
        ('basal cell carcinoma', 'nevus', 'healthy')
    """
    plain = " ".join(unicodedata.normalize("NFC", label).replace("_", " ").casefold().split())
    return _SPELLINGS.get(plain, plain)


def diagnosis_of_levels(levels: Sequence[str | None]) -> str | None:
    """Return the diagnosis that the Archive's ``diagnosis_1`` to ``diagnosis_5`` mean.

    Finer names than one of the nine classes join that class; what no class covers keeps the name of its third level, or
    of the deepest one that is given.

    Args:
        levels: From the reading down; null where a level is not given.

    Returns:
        The diagnosis, or None if no level is given.

    Examples:
        >>> diagnosis_of_levels(["Malignant", "Malignant melanocytic proliferations (Melanoma)", "Melanoma Invasive"])
        'melanoma'
        >>> diagnosis_of_levels(["Benign", "Benign epidermal proliferations", "Solar lentigo"])
        'solar lentigo'
    """
    given = [level for level in levels[:3] if isinstance(level, str)]
    return class_of(given[-1]) if given else None


def class_of(label: str) -> str:
    """Return the one of the nine classes that covers a label, or the label's diagnosis if none does."""
    diagnosis = diagnosis_of(label)
    covering = coarser_names(diagnosis)
    return next((name for name in CLASSES if name in covering), diagnosis)


def reading_of(diagnosis: str) -> Reading:
    """Return whether a diagnosis is malignant, benign, indeterminate, or unknown to this taxonomy."""
    return next((READINGS[name] for name in _spoken(diagnosis) if name in READINGS), "unknown")


def compatible(one: str, other: str) -> bool:
    """Return whether two diagnoses can both be true of one lesion: equal, or one covers something of the other.

    HAM10000's akiec is compatible with squamous cell carcinoma, because both cover the carcinoma in situ: the ISIC 2019
    labels list 197 of HAM10000's 327 akiec images under SCC.

    Args:
        one: A diagnosis or a published label.
        other: Another one.

    Examples:
        >>> compatible("bkl", "seborrheic keratosis"), compatible("nevus", "melanoma"), compatible("AKIEC", "AK")
        (True, False, True)
    """
    first, second = diagnosis_of(one), diagnosis_of(other)
    return bool(
        first in coarser_names(second) or second in coarser_names(first) or finer_names(first) & finer_names(second)
    )


def coarser_names(diagnosis: str) -> frozenset[str]:
    """Return the diagnosis and every name that covers it."""
    found = set(_spoken(diagnosis))
    waiting = list(found)
    while waiting:
        above = _ABOVE.get(waiting.pop(), frozenset()) - found
        found |= above
        waiting.extend(above)
    return frozenset(found)


def finer_names(diagnosis: str) -> frozenset[str]:
    """Return the diagnosis and every known name that it covers."""
    return _BELOW.get(diagnosis, frozenset({diagnosis}))


def _spoken(diagnosis: str) -> Iterator[str]:
    """Yield a name and what is left of it without its last commas: a variant bears the name of what it is one of."""
    yield diagnosis
    while "," in diagnosis:
        diagnosis = re.sub(r",[^,]*$", "", diagnosis)
        yield diagnosis_of(diagnosis)


def _readings() -> dict[str, Reading]:
    own: dict[str, Reading] = {
        "actinic keratosis or intraepithelial carcinoma": "indeterminate",
        "benign keratosis": "benign",
        "pigmented benign keratosis": "benign",
        "vascular lesion": "benign",
        "angioma": "benign",
        "blue nevus": "benign",
        "nevus spilus": "benign",
        "benign": "benign",
        "indeterminate": "indeterminate",
        "malignant": "malignant",
    }
    readings: dict[str, Reading] = {"benign": "benign", "indeterminate": "indeterminate", "malignant": "malignant"}
    tree = {
        diagnosis_of(name): readings[reading]
        for reading, groups in ARCHIVE_TREE.items()
        for group, names in groups.items()
        for name in (group, *names)
    }
    return tree | own


def _above() -> dict[str, frozenset[str]]:
    pairs = {(fine, coarse) for coarse, names in _COVERED.items() for fine in names}
    for reading, groups in ARCHIVE_TREE.items():
        for group, names in groups.items():
            covering = diagnosis_of(group)
            pairs |= {(covering, reading), *((diagnosis_of(name), covering) for name in names)}
    above: dict[str, set[str]] = {}
    for fine, coarse in pairs:
        if fine != coarse:
            above.setdefault(fine, set()).add(coarse)
    return {fine: frozenset(names) for fine, names in above.items()}


def _below() -> dict[str, frozenset[str]]:
    below = {name: {name} for name in READINGS}
    for name in READINGS:
        for coarse in coarser_names(name):
            below.setdefault(coarse, {coarse}).add(name)
    return {name: frozenset(names) for name, names in below.items()}


READINGS: dict[str, Reading] = _readings()
_ABOVE = _above()
_BELOW = _below()
