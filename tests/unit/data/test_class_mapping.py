"""Diagnoses of a set are mapped to those of a model only where the taxonomy leaves one answer."""

import pytest

from melanoma.data.class_mapping import map_classes
from melanoma.data.taxonomy import CLASSES

BKL = "benign keratosis"
AKIEC = "actinic keratosis or intraepithelial carcinoma"


def test_equal_names_are_themselves_and_absent_ones_stay_among_the_classes():
    seven = CLASSES[:7]
    mapping = map_classes(seven, CLASSES)
    assert mapping.classes == CLASSES
    assert dict(mapping.of_data) == {name: name for name in seven}
    assert mapping.unmapped == {}


def test_a_finer_diagnosis_counts_as_the_models():
    mapping = map_classes(["melanoma in situ", "blue nevus"], ["nevus", "melanoma", BKL])
    assert mapping.of_data == {"melanoma in situ": "melanoma", "blue nevus": "nevus"}
    assert mapping.classes == ("nevus", "melanoma", BKL)


def test_the_nine_classes_are_finer_than_those_of_ham10000_where_it_joins_them():
    mapping = map_classes(["pigmented benign keratosis", "seborrheic keratosis"], [BKL, "nevus"])
    assert set(mapping.of_data.values()) == {BKL}


def test_a_coarser_diagnosis_joins_what_the_set_does_not_keep_apart():
    mapping = map_classes([BKL, "melanoma", "nevus"], CLASSES)
    assert mapping.of_data[BKL] == BKL
    assert mapping.of_model["pigmented benign keratosis"] == mapping.of_model["seborrheic keratosis"] == BKL
    assert mapping.classes == (*CLASSES[:5], BKL, *CLASSES[7:])
    assert mapping.unmapped == {}


def test_a_coarser_diagnosis_is_left_out_where_the_set_also_has_a_finer_one():
    mapping = map_classes(["benign", "nevus", "melanoma"], CLASSES)
    assert mapping.unmapped == {"benign": "covers nevus, which the set also names by itself"}
    assert mapping.classes == CLASSES


def test_benign_and_malignant_join_all_that_they_cover_even_through_another_joined_name():
    mapping = map_classes(["benign", "malignant", BKL], CLASSES)
    assert mapping.of_data == {"benign": "benign", "malignant": "malignant", BKL: "benign"}
    assert mapping.classes == ("actinic keratosis", "malignant", "benign")


@pytest.mark.parametrize(
    ("diagnosis", "classes", "reason"),
    [
        ("rash", CLASSES, "the model does not know it"),
        (AKIEC, CLASSES, "covers actinic keratosis and part of what the model calls squamous cell carcinoma"),
        ("squamous cell carcinoma in situ", [AKIEC, "squamous cell carcinoma"], f"can be {AKIEC} or squamous cell"),
        ("benign", ["nevus", "seborrheic keratosis"], "covers all that the model knows"),
    ],
)
def test_what_has_no_one_answer_is_left_out_with_the_reason(diagnosis, classes, reason):
    mapping = map_classes([diagnosis], classes)
    assert mapping.of_data == {}
    assert mapping.unmapped[diagnosis].startswith(reason)
    assert mapping.classes == tuple(classes)


def test_the_order_of_the_set_changes_nothing():
    names = ["benign", BKL, "malignant", "rash", "nevus"]
    assert map_classes(names, CLASSES) == map_classes(names[::-1], CLASSES)


def test_the_nearest_of_nested_classes_is_taken():
    assert map_classes(["seborrheic keratosis"], ["benign", BKL]).of_data == {"seborrheic keratosis": BKL}
