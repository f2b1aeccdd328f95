import pytest

from melanoma.data.taxonomy import HAM10000_CODES, READINGS, compatible, diagnosis_of, reading_of

NINE_CLASSES = [
    "actinic keratosis",
    "basal cell carcinoma",
    "dermatofibroma",
    "melanoma",
    "nevus",
    "pigmented benign keratosis",
    "seborrheic keratosis",
    "squamous cell carcinoma",
    "vascular lesion",
]


@pytest.mark.parametrize("name", NINE_CLASSES)
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
    malignant = {name for name in READINGS if reading_of(name) == "malignant"}
    assert malignant == {"basal cell carcinoma", "melanoma", "squamous cell carcinoma"}
    assert reading_of("actinic keratosis") == "indeterminate"
    assert reading_of("healthy") == "unknown"


def test_a_coarse_name_and_a_fine_one_can_both_be_true_and_two_fine_ones_cannot():
    assert compatible("benign keratosis", "seborrheic keratosis")
    assert compatible("seborrheic keratosis", "benign keratosis")
    assert not compatible("seborrheic keratosis", "pigmented benign keratosis")
    assert not compatible("nevus", "melanoma")
    assert all(compatible(name, name) for name in READINGS)
