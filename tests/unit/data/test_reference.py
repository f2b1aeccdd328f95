import pandas as pd
import pytest

from melanoma.data.given_file import look_at
from melanoma.data.reference import name_in_set, read_reference
from melanoma.errors import SourceError


@pytest.fixture
def read(tmp_path):
    def reader(text):
        path = tmp_path / "reference.csv"
        path.write_text(text)
        table = read_reference(look_at(str(path), "validation.reference_labels"))
        return dict(zip(table["isic_id"], table["diagnosis"], strict=True))

    return reader


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK\nI1,0,0,0,1.0,0,0,0,0,0\nI2,0,0,0,0,0,0,0,1.0,0\nI3,0,0,0,0,0,0,0,0,1\n",
            {"I1": "actinic keratosis", "I2": "squamous cell carcinoma"},  # ISIC 2019; UNK says nothing
        ),
        (
            "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC\nI1,1.0,0,0,0,0,0,0\nI2,0,0,0,1.0,0,0,0\n",  # ISIC 2018
            {"I1": "melanoma", "I2": "actinic keratosis or intraepithelial carcinoma"},
        ),
        (
            "image_id,melanoma,seborrheic_keratosis\nI1,1,0\nI2,0,1\nI3,0,0\n",  # ISIC 2017: neither is a nevus
            {"I1": "melanoma", "I2": "seborrheic keratosis", "I3": "nevus"},
        ),
        (
            "lesion_id,image_id,dx,dx_type\nL1,I1,bkl,histo\nL1,I2,nv,follow_up\n",  # HAM10000
            {"I1": "benign keratosis", "I2": "nevus"},
        ),
        (
            "image_name,patient_id,diagnosis,target\nI1,P1,nevus,0\nI2,P1,unknown,0\n",  # ISIC 2020
            {"I1": "nevus"},
        ),
        (
            "isic_id,diagnosis_1,diagnosis_2,diagnosis_3\n"  # the Archive
            "I1,Benign,Benign melanocytic proliferations,Nevus\nI2,Malignant,,\nI3,,,\n",
            {"I1": "nevus", "I2": "malignant"},
        ),
        ("isic_id,diagnosis\nI2,Melanoma\nI1,Basal_cell_carcinoma\n", {"I1": "basal cell carcinoma", "I2": "melanoma"}),
    ],
)
def test_each_publishers_table_is_read_into_ids_and_diagnoses(read, text, expected):
    assert read(text) == expected


def test_an_id_counts_once_and_not_at_all_if_it_contradicts_itself(read):
    assert read("isic_id,diagnosis\nI1,nevus\nI1,naevus\nI2,nevus\nI2,melanoma\n,nevus\n") == {"I1": "nevus"}


def test_ids_are_known_also_with_a_suffix_or_as_the_file_that_was_made_smaller(read):
    text = "image,MEL,NV\nISIC_0000002_downsampled,1,0\nISIC_0000003.jpg,0,1\nfolder/mine.PNG,0,1\nv1.2,1,0\n"
    assert read(text) == {"ISIC_0000002": "melanoma", "ISIC_0000003": "nevus", "mine": "nevus", "v1.2": "melanoma"}


def test_an_image_with_two_hot_columns_has_no_diagnosis(read):
    assert read("image,MEL,NV\nI1,1,1\nI2,0,1\nI3,,\n") == {"I2": "nevus"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "lesion,diagnosis\n1,nevus\n",
            "reference.csv: has no column of image ids; name it isic_id, image_id or image",
        ),
        (
            "image,age\n1,50\n",
            "reference.csv: has no diagnoses; expected a column diagnosis or dx, or one-hot columns such as MEL",
        ),
    ],
)
def test_a_table_without_ids_or_diagnoses_is_refused_in_one_line(read, text, message):
    with pytest.raises(SourceError) as refused:
        read(text)
    assert str(refused.value).endswith(message)


def test_a_diagnosis_is_named_as_the_set_names_it():
    assert name_in_set("benign keratosis", ["nevus", "seborrheic keratosis"]) == "seborrheic keratosis"
    assert name_in_set("seborrheic keratosis", ["nevus", "benign keratosis"]) == "benign keratosis"
    assert name_in_set("benign keratosis", ["pigmented benign keratosis", "seborrheic keratosis"]) is None
    assert name_in_set("melanoma", ["nevus"]) is None


def test_the_isic_2019_ground_truth_has_one_diagnosis_for_each_row(shared_data):
    path = shared_data / "labels" / "ISIC_2019_Training_GroundTruth.csv"
    table = read_reference(look_at(str(path), "x"))
    published = pd.read_csv(path)
    assert len(table) == len(published) == 25331
    assert (table["diagnosis"] == "melanoma").sum() == published["MEL"].sum()
    assert (table["diagnosis"] == "squamous cell carcinoma").sum() == published["SCC"].sum()
