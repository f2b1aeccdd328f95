import pandas as pd
import pytest

from melanoma.data.metadata_rules import MANIFEST_RULES, TABLE_RULES, broken_rules


def broken(rules, **columns):
    found = broken_rules(pd.DataFrame(columns, dtype="object"), rules)
    return list(zip(found["row"], found["problem"], strict=True))


@pytest.mark.parametrize(
    ("column", "valid", "invalid", "problem"),
    [
        ("age_approx", [0.0, 85.0, 90.0, 120.0, None], [-1.0, 121.0], "age out of range"),
        ("sex", ["male", "Female", None], ["f", "other"], "sex neither male nor female"),
        ("anatom_site_general", ["head/neck", "torso", None], ["left arm"], "anatomic site unknown to the Archive"),
        ("anatom_site_special", ["nail NOS", None], ["elbow"], "special anatomic site unknown to the Archive"),
        ("fitzpatrick_skin_type", ["I", "vi", None], ["VII", "2"], "Fitzpatrick skin type not I to VI"),
    ],
)
def test_values_are_of_the_archives_lists(column, valid, invalid, problem):
    assert broken(MANIFEST_RULES, **{column: valid}) == []
    assert broken(MANIFEST_RULES, **{column: invalid}) == [(row, problem) for row in range(len(invalid))]


def test_a_lesion_has_one_patient_and_one_diagnosis():
    found = broken(
        MANIFEST_RULES,
        lesion_id=["L", "L", "M", "M", None, None, "N", "N"],
        patient_id=["P", "Q", "R", None, "S", "T", "U", "U"],
        diagnosis=["nevus", "nevus", "nevus", "melanoma", "nevus", "melanoma", "benign keratosis", "solar lentigo"],
    )
    assert found == [
        (0, "lesion of two patients"),
        (1, "lesion of two patients"),
        (2, "lesion with two diagnoses"),
        (3, "lesion with two diagnoses"),
    ]


def test_a_dermoscopic_type_stands_with_dermoscopic_images_only():
    found = broken(MANIFEST_RULES, image_type=["dermoscopic", "clinical: overview", None], dermoscopic_type=["x"] * 3)
    assert found == [(1, "dermoscopic type of an image that is not dermoscopic")]


@pytest.mark.parametrize("field", ["mel_class", "mel_mitotic_index", "mel_thick_mm", "mel_type", "mel_ulcer"])
def test_melanoma_fields_stand_with_melanomas_only(field):
    diagnoses = ["melanoma", "melanoma in situ", "malignant", None, "nevus", "basal cell carcinoma"]
    problem = "melanoma measured where there is none"
    assert broken(TABLE_RULES, diagnosis=diagnoses, **{field: ["1"] * 6}) == [(4, problem), (5, problem)]
    assert broken(TABLE_RULES, diagnosis=["nevus"] * 3, **{field: [None, "False", "0"]}) == []


@pytest.mark.parametrize("field", ["benign_malignant", "diagnosis_1", "iddx_1", "target", "malignant"])
def test_a_stated_reading_agrees_with_the_diagnosis(field):
    malignant, benign = ("1", "0.0") if field in ("target", "malignant") else ("Malignant", "Benign")
    diagnoses = ["melanoma", "nevus", "nevus", "melanoma", "actinic keratosis", "healthy", None]
    stated = [malignant, benign, malignant, benign, benign, malignant, malignant]
    problem = "reading contradicts the diagnosis"
    assert broken(TABLE_RULES, diagnosis=diagnoses, **{field: stated}) == [(2, problem), (3, problem)]


def test_an_age_in_words_is_said():
    assert broken(TABLE_RULES, age_approx=["45", "85+", None, "forty"]) == [(3, "age is no number")]
