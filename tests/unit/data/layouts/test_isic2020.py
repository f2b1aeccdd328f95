import pandas as pd
import pytest

from melanoma.data.recognise import read_labels

HEADER = (
    "image_name,patient_id,lesion_id,sex,age_approx,anatom_site_general_challenge,diagnosis,benign_malignant,target\n"
)
ROWS = (
    "ISIC_2637011,IP_1,IL_1,male,45,head/neck,unknown,benign,0\n"
    "ISIC_0015719,IP_2,IL_2,female,90,torso,melanoma,malignant,1\n"
    "ISIC_0015720,IP_2,IL_3,female,45,,lentigo NOS,benign,0\n"
)
IMAGES = ["train/ISIC_2637011.jpg", "train/ISIC_0015719.jpg", "train/ISIC_0015720.jpg"]


def test_an_image_without_a_diagnosis_is_benign_as_published(source):
    found = read_labels(source(IMAGES, truth=HEADER + ROWS))
    assert found.layout == "ISIC 2020"
    assert found.reason == "truth.csv has patient_id, diagnosis, benign_malignant and target"
    rows = found.labels.rows.set_index("isic_id")
    assert rows["diagnosis"].to_dict() == {
        "ISIC_0015719": "melanoma",
        "ISIC_0015720": "lentigo nos",
        "ISIC_2637011": "benign",
    }
    assert rows.loc["ISIC_0015719", ["patient_id", "lesion_id", "age_approx"]].tolist() == ["IP_2", "IL_2", 90]
    assert found.labels.row_problems.empty


def test_the_list_of_duplicates_ties_images_and_leaves_their_lesions(source):
    pairs = "image_name_1,image_name_2\nISIC_2637011,ISIC_0015719\nISIC_0015719,ISIC_9999999\n"
    rows = read_labels(source(IMAGES, truth=HEADER + ROWS, duplicates=pairs)).labels.rows
    assert rows["duplicate_group"].fillna("null").tolist() == ["ISIC_0015719", "null", "ISIC_0015719"]
    assert rows["lesion_id"].tolist() == ["IL_2", "IL_3", "IL_1"]


@pytest.mark.parametrize("row", ["melanoma,benign,0", "nevus,malignant,1", "nevus,benign,1"])
def test_a_reading_that_contradicts_the_diagnosis_is_said(source, row):
    table = f"{HEADER}ISIC_0015719,IP_2,IL_2,female,50,torso,{row}\n"
    problems = read_labels(source(IMAGES, truth=table)).labels.row_problems
    assert problems["problem"].tolist() == ["reading contradicts the diagnosis"]


def test_the_published_tables_are_read_whole_and_nothing_is_wrong_with_them(shared_data, listing_of_tables):
    tables = ["labels/ISIC_2020_Training_GroundTruth_v2.csv", "labels/ISIC_2020_Training_Duplicates.csv"]
    published = pd.read_csv(shared_data / tables[0])
    found = read_labels(listing_of_tables(shared_data, published["image_name"] + ".jpg", tables))
    rows = found.labels.rows
    assert rows["diagnosis"].value_counts()[["benign", "nevus", "melanoma"]].tolist() == [27124, 5193, 584]
    assert rows["patient_id"].nunique() == published["patient_id"].nunique() == 2056
    assert rows["duplicate_group"].nunique() == len(pd.read_csv(shared_data / tables[1])) == 425
    assert found.labels.row_problems.empty
