"""Predictions in the form of the ISIC challenges: a column per class in the challenge's order, under its names.

ISIC 2018, task 3: MEL, NV, BCC, AKIEC, BKL, DF, VASC. ISIC 2019, task 1: MEL, NV, BCC, AK, BKL, DF, VASC, SCC, UNK
(https://challenge.isic-archive.com/landing/2019/). A column is the sum over the classes that its name covers.
"""

from collections.abc import Mapping, Sequence

from melanoma.data.taxonomy import coarser_names, diagnosis_of

ISIC2018 = ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC")
ISIC2019 = ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC")
NONE_OF_THEM = "UNK"


def challenge_columns(classes: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the columns of the challenge whose classes a model's are.

    Args:
        classes: The model's diagnoses.

    Returns:
        For each column, in order, the model's diagnoses whose probabilities are added; none where the model knows no
        such diagnosis. It is the form of 2019, with all other diagnoses in UNK, unless only that of 2018 has a column
        for each of them.

    Examples:
        >>> columns = challenge_columns(["melanoma", "nevus", "pigmented benign keratosis", "seborrheic keratosis"])
        >>> columns["BKL"], columns["SCC"]
        (('pigmented benign keratosis', 'seborrheic keratosis'), ())
    """
    newer, older = _assign(classes, ISIC2019), _assign(classes, ISIC2018)
    left = tuple(name for name in classes if not any(name in names for names in newer.values()))
    if left and sum(map(len, older.values())) == len(classes):
        return older
    return {**newer, NONE_OF_THEM: left}


def _assign(classes: Sequence[str], codes: Sequence[str]) -> dict[str, tuple[str, ...]]:
    assigned: dict[str, tuple[str, ...]] = {}
    for code in codes:
        taken = {name for names in assigned.values() for name in names}
        covered = (name for name in classes if diagnosis_of(code) in coarser_names(name) and name not in taken)
        assigned[code] = tuple(covered)
    return assigned
