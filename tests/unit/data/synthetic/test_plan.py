from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from melanoma.config.synthetic import SyntheticConfig
from melanoma.data.synthetic.defects import Defect, plant_defects
from melanoma.data.synthetic.metadata import csv_text, metadata_rows, missing_values
from melanoma.data.synthetic.plan import isic_id, pictures_per_diagnosis, plan_pictures
from melanoma.data.synthetic.traits import DIAGNOSES

ISIC_SITES = {"head/neck", "upper extremity", "lower extremity", "torso", "palms/soles", "oral/genital"}


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31 - 1), images=st.integers(72, 400), test_share=st.floats(0.1, 0.5))
def test_any_plan_is_complete_and_free_of_leakage(seed, images, test_share):
    most = images // 36
    config = SyntheticConfig(
        seed=seed, images=images, test_share=test_share, exact_duplicates=most, label_conflicts=most,
        truncated_files=most, test_images_in_train=most,
    )  # fmt: skip
    pictures = plan_pictures(config)
    planted = [defect.planted for defect in plant_defects(pictures, config)]
    assert len(pictures) == images
    assert len(planted) == 4 * most
    assert len({picture.isic_id for picture in [*pictures, *planted]}) == images + 4 * most
    assert {(p.split, p.label) for p in pictures} == {(s, d) for s in ("Train", "Test") for d in DIAGNOSES}
    for kinship in ("lesion_id", "patient_id"):
        sides = {(getattr(picture, kinship), picture.split) for picture in pictures}
        assert len(sides) == len({name for name, _ in sides})


@pytest.fixture(scope="module")
def pictures():
    return plan_pictures(SyntheticConfig(images=2000, seed=9))


def test_nevi_are_the_most_and_dermatofibromas_the_fewest(pictures):
    ranked = [name for name, _ in Counter(picture.label for picture in pictures).most_common()]
    assert (ranked[0], ranked[-2:]) == ("nevus", ["vascular lesion", "dermatofibroma"])


def test_lesions_have_one_to_four_pictures_and_one_owner_diagnosis_and_site(pictures):
    assert set(Counter(picture.lesion_id for picture in pictures).values()) == {1, 2, 3, 4}
    facts = {(p.lesion_id, p.patient_id, p.label, p.anatom_site_general, p.subject.lesion_seed) for p in pictures}
    assert len(facts) == len({picture.lesion_id for picture in pictures})


def test_patients_have_several_lesions_of_several_diagnoses_but_one_age_and_sex(pictures):
    lesions = {(picture.patient_id, picture.lesion_id) for picture in pictures}
    assert set(Counter(patient for patient, _ in lesions).values()) == {1, 2, 3, 4}
    people = {(p.patient_id, p.age_approx, p.sex, p.fitzpatrick_skin_type, p.subject.patient_seed) for p in pictures}
    assert len(people) == len({picture.patient_id for picture in pictures})


def test_metadata_speak_the_archives_words(pictures):
    assert {picture.anatom_site_general for picture in pictures} == ISIC_SITES
    assert {picture.sex for picture in pictures} == {"female", "male"}
    assert {picture.fitzpatrick_skin_type for picture in pictures} == {"I", "II", "III", "IV", "V", "VI"}
    assert {picture.age_approx % 5 for picture in pictures} == {0}
    assert 5 <= min(p.age_approx for p in pictures) < max(p.age_approx for p in pictures) <= 85


def test_patients_with_nevi_are_younger_than_those_with_carcinomas(pictures):
    def mean_age(label):
        ages = [picture.age_approx for picture in pictures if picture.label == label]
        return sum(ages) / len(ages)

    assert mean_age("nevus") + 15 < mean_age("squamous cell carcinoma")


def test_the_test_share_is_a_share_of_each_diagnosis_lesions():
    pictures = plan_pictures(SyntheticConfig(images=900, test_share=0.25))
    for diagnosis in DIAGNOSES:
        lesions = {(picture.lesion_id, picture.split) for picture in pictures if picture.label == diagnosis}
        held_out = sum(split == "Test" for _, split in lesions)
        assert held_out == max(1, round(0.25 * len(lesions)))


def test_the_pictures_are_divided_by_the_shares_with_four_for_each():
    assert sum(pictures_per_diagnosis(777).values()) == 777
    assert pictures_per_diagnosis(1036)["melanoma"] == 154  # 4 + 0.15 * (1036 - 9 * 4)
    assert pictures_per_diagnosis(72)["dermatofibroma"] == 5  # 4 + 0.03 * 36 = 5.08


def test_ids_are_unique_and_look_like_the_archives():
    names = {isic_id(number, 3) for number in range(5000)}
    assert len(names) == 5000
    assert all(name.startswith("ISIC_9") and len(name) == len("ISIC_0000000") for name in names)


def test_a_truncated_file_is_the_first_three_quarters_of_its_source(pictures):
    assert Defect("truncated_files", pictures[0], pictures[0]).bytes_of(b"12345678") == b"123456"
    assert Defect("exact_duplicates", pictures[0], pictures[0]).bytes_of(b"12345678") == b"12345678"


def test_some_values_are_missing_but_never_an_id(pictures):
    rows = metadata_rows(pictures, 9)
    shares = {column: len(ids) / len(rows) for column, ids in missing_values(rows).items()}
    expected = {"age_approx": 0.03, "sex": 0.02, "anatom_site_general": 0.05, "fitzpatrick_skin_type": 0.1}
    assert shares == pytest.approx(expected, abs=0.02)
    assert all(row["isic_id"] and row["lesion_id"] and row["patient_id"] for row in rows)


def test_the_table_is_sorted_and_plain():
    rows = metadata_rows(plan_pictures(SyntheticConfig(images=72)), 123)
    lines = csv_text(rows).split("\n")
    assert lines[0] == "isic_id,lesion_id,patient_id,age_approx,sex,anatom_site_general,fitzpatrick_skin_type"
    assert lines[1:-1] == sorted(lines[1:-1])
    assert (len(lines), lines[-1]) == (72 + 2, "")
