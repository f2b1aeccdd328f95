"""Columns of the ISIC challenges, in their order."""

from melanoma.data.challenge_form import challenge_columns
from melanoma.data.taxonomy import CLASSES, HAM10000_CODES

HEADER_2019 = ["MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC", "UNK"]


def test_the_nine_classes_fill_the_form_of_2019_with_both_keratoses_in_bkl():
    columns = challenge_columns(CLASSES)
    assert list(columns) == HEADER_2019
    assert columns["BKL"] == ("pigmented benign keratosis", "seborrheic keratosis")
    assert columns["SCC"] == ("squamous cell carcinoma",)
    assert columns["UNK"] == ()


def test_the_classes_of_ham10000_take_the_form_of_2018():
    columns = challenge_columns(list(HAM10000_CODES.values()))
    assert list(columns) == ["MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC"]
    assert columns["AKIEC"] == (HAM10000_CODES["akiec"],)


def test_what_the_challenge_does_not_know_is_unknown_there():
    columns = challenge_columns(["melanoma", "rash", "nevus"])
    assert list(columns) == HEADER_2019
    assert (columns["MEL"], columns["UNK"]) == (("melanoma",), ("rash",))


def test_each_class_is_in_one_column():
    for classes in (CLASSES, tuple(HAM10000_CODES.values()), ("squamous cell carcinoma in situ", "rash")):
        named = [name for names in challenge_columns(classes).values() for name in names]
        assert sorted(named) == sorted(classes)
