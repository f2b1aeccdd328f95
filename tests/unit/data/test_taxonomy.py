import pytest

from melanoma.data.archive_tree import ARCHIVE_TREE
from melanoma.data.taxonomy import (
    CLASSES,
    HAM10000_CODES,
    ISIC2019_CODES,
    READINGS,
    class_of,
    coarser_names,
    compatible,
    diagnosis_of,
    diagnosis_of_levels,
    reading_of,
)


@pytest.mark.parametrize("name", CLASSES)
def test_the_nine_class_names_stay_and_have_a_reading(name):
    assert diagnosis_of(name) == name
    assert reading_of(name) != "unknown"


@pytest.mark.parametrize(
    ("label", "diagnosis"),
    [
        ("Basal_Cell_Carcinoma", "basal cell carcinoma"),
        ("  MELANOMA ", "melanoma"),
        ("Melanocytic  Nevi", "nevus"),
        ("naevus", "nevus"),
        ("vascular lesions", "vascular lesion"),
        ("NV", "nevus"),
        ("Verru\u0301ca", "verrúca"),
        ("healthy", "healthy"),
    ],
)
def test_spellings_of_one_diagnosis_are_one(label, diagnosis):
    assert diagnosis_of(label) == diagnosis


@pytest.mark.parametrize(("code", "diagnosis"), HAM10000_CODES.items())
def test_every_ham10000_code_has_a_reading(code, diagnosis):
    assert diagnosis_of(code) == diagnosis
    assert diagnosis in READINGS


def test_a_name_stands_for_itself():
    assert {diagnosis_of(name) for name in READINGS} == set(READINGS)


def test_readings_are_those_of_dermatology():
    malignant = {name for name in CLASSES if reading_of(name) == "malignant"}
    assert malignant == {"basal cell carcinoma", "melanoma", "squamous cell carcinoma"}
    assert reading_of("actinic keratosis") == "indeterminate"
    assert reading_of("healthy") == "unknown"


@pytest.mark.parametrize(("code", "diagnosis"), ISIC2019_CODES.items())
def test_every_isic_2019_column_has_a_meaning(code, diagnosis):
    assert diagnosis_of(code.upper()) == diagnosis
    assert (diagnosis in READINGS) == (code != "unk")


def test_every_name_of_the_archive_has_the_reading_that_it_stands_under():
    for reading, groups in ARCHIVE_TREE.items():
        assert reading_of(diagnosis_of(reading)) == reading
        for group, names in groups.items():
            assert {reading_of(diagnosis_of(name)) for name in (group, *names)} == {reading}


MELANOMA = "Malignant melanocytic proliferations (Melanoma)"


@pytest.mark.parametrize(
    ("levels", "diagnosis"),
    [
        (["Malignant", MELANOMA, "Melanoma Invasive", "Melanoma Invasive, Superficial spreading", None], "melanoma"),
        (["Malignant", MELANOMA, "Melanoma, NOS", None, None], "melanoma"),
        (["Malignant", MELANOMA, None, None, None], "melanoma"),
        (
            ["Malignant", "Malignant epidermal proliferations", "Squamous cell carcinoma in situ"],
            "squamous cell carcinoma",
        ),
        (["Benign", "Benign melanocytic proliferations", "Nevus", "Blue nevus", "Blue nevus, Cellular"], "nevus"),
        (["Benign", "Benign soft tissue proliferations - Vascular", None], "vascular lesion"),
        (["Benign", "Benign soft tissue proliferations - Vascular", "Hemangioma"], "vascular lesion"),
        (["Benign", "Benign epidermal proliferations", "Solar lentigo"], "solar lentigo"),
        (["Benign", "Benign epidermal proliferations", "Lichen planus like keratosis"], "lichenoid keratosis"),
        (
            ["Indeterminate", "Indeterminate epidermal proliferations", "Solar or actinic keratosis"],
            "actinic keratosis",
        ),
        (["Benign", None, None, None, None], "benign"),
        ([float("nan"), None, None], None),
    ],
)
def test_the_levels_of_the_archive_lead_to_one_diagnosis(levels, diagnosis):
    assert diagnosis_of_levels(levels) == diagnosis


@pytest.mark.parametrize(
    ("one", "other", "both_true"),
    [
        ("bkl", "seborrheic keratosis", True),
        ("BKL", "Lichen planus like keratosis", True),
        ("benign keratosis", "pigmented benign keratosis", True),
        ("akiec", "AK", True),
        ("akiec", "SCC", True),  # ISIC 2019 has 197 of HAM10000's akiec images under SCC
        ("melanoma", "Melanoma Invasive, Nodular", True),
        ("benign", "nevus", True),
        ("malignant", "basal cell carcinoma", True),
        ("healthy", "Healthy", True),
        ("AK", "SCC", False),
        ("seborrheic keratosis", "pigmented benign keratosis", False),
        ("akiec", "bcc", False),
        ("benign", "melanoma", False),
        ("indeterminate", "nevus", False),
        ("nevus", "healthy", False),
    ],
)
def test_diagnoses_are_compatible_if_both_can_be_true_of_one_lesion(one, other, both_true):
    assert compatible(one, other) is both_true


def test_of_the_nine_classes_no_two_are_compatible():
    assert [(a, b) for a in CLASSES for b in CLASSES if a != b and compatible(a, b)] == []


def test_every_name_has_the_reading_of_what_covers_it_but_for_the_carcinoma_in_situ():
    for name in READINGS:
        above = {READINGS[coarse] for coarse in coarser_names(name) if coarse in READINGS}
        assert above == {READINGS[name]} or name == "squamous cell carcinoma in situ"


def test_a_variant_belongs_to_the_class_that_its_name_begins_with():
    assert class_of("Basal cell carcinoma, Nodular") == "basal cell carcinoma"
    assert reading_of("basal cell carcinoma, nodular") == "malignant"
