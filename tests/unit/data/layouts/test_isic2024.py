import pytest

from melanoma.data.recognise import read_labels

TREE = "Malignant melanocytic proliferations (Melanoma)"
METADATA = (
    "isic_id,target,patient_id,age_approx,sex,image_type,attribution,copyright_license,lesion_id,iddx_full,iddx_1,iddx_2,"
    "iddx_3,mel_thick_mm,tbp_lv_dnn_lesion_confidence\n"
    "ISIC_0015670,0,IP_1,60.0,male,TBP tile: close-up,MSKCC,CC-BY,,Benign,Benign,,,,97.5\n"
    f"ISIC_0015845,1,IP_2,60.0,male,TBP tile: close-up,MSKCC,CC-BY,IL_1,x,Malignant,{TREE},Melanoma Invasive,0.3,90\n"
)
IDS = ("ISIC_0015670", "ISIC_0015845")


@pytest.mark.parametrize("folder", ["train-image/image", "train-image.hdf5"])
def test_the_tree_names_the_diagnosis(source, folder):
    found = read_labels(source([f"{folder}/{name}.jpg" for name in IDS], metadata=METADATA))
    assert (found.layout, found.reason) == ("ISIC 2024", "metadata.csv has target and patient_id, or malignant")
    rows = found.labels.rows
    assert rows["label"].tolist() == ["Benign", "Melanoma Invasive"]
    assert rows["diagnosis"].tolist() == ["benign", "melanoma"]
    assert rows["attribution"].tolist() == ["MSKCC"] * 2
    assert rows["license"].tolist() == ["CC-BY"] * 2
    assert found.labels.row_problems.empty


def test_without_a_tree_the_target_alone_labels(source):
    table = "isic_id,malignant\nISIC_0015670,0.0\nISIC_0015845,1.0\n"
    rows = read_labels(source([f"{name}.jpg" for name in IDS], truth=table)).labels.rows
    assert rows["diagnosis"].tolist() == ["benign", "malignant"]


def test_the_tree_may_stand_in_a_table_of_its_own(source):
    truth = "isic_id,malignant\nISIC_0015670,0.0\nISIC_0015845,1.0\n"
    tree = f"isic_id,iddx_1,iddx_2,iddx_3\nISIC_0015845,Malignant,{TREE},Melanoma in situ\n"
    rows = read_labels(source([f"{name}.jpg" for name in IDS], truth=truth, tree=tree)).labels.rows
    assert rows["diagnosis"].tolist() == ["benign", "melanoma"]


def test_what_is_measured_of_melanomas_only_is_said_elsewhere(source):
    table = METADATA.replace("Benign,Benign,,,,97.5", "Benign,Benign,,,1.2,97.5")
    problems = read_labels(source([f"{name}.jpg" for name in IDS], metadata=table)).labels.row_problems
    assert problems[["isic_id", "problem"]].to_numpy().tolist() == [
        ["ISIC_0015670", "melanoma measured where there is none"]
    ]


def test_a_table_of_another_target_is_not_it(source):
    table = "isic_id,target\nISIC_0015670,0\nISIC_0015845,7\n"
    assert read_labels(source([f"nevus/{name}.jpg" for name in IDS], truth=table)).layout == "class folders"
