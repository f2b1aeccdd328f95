from melanoma.data.recognise import read_labels

TRUTH = "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC\n"
ROWS = "ISIC_0024306,0.0,1.0,0.0,0.0,0.0,0.0,0.0\nISIC_0024307,0.0,0.0,0.0,1.0,0.0,0.0,0.0\n"
GROUPINGS = (
    "image,lesion_id,diagnosis_confirm_type\n"
    "ISIC_0024306,HAM_1,serial imaging showing no change\nISIC_0024307,HAM_2,histopathology\n"
)
IMAGES = ["ISIC2018_Task3_Training_Input/ISIC_0024306.jpg", "ISIC2018_Task3_Training_Input/ISIC_0024307.jpg"]


def test_the_marked_column_is_the_label(source):
    found = read_labels(source(IMAGES, truth=TRUTH + ROWS))
    assert (found.layout, found.reason) == ("ISIC 2018", "truth.csv has a column for each diagnosis, MEL to VASC")
    assert found.labels.rows["label"].tolist() == ["NV", "AKIEC"]
    assert found.labels.rows["diagnosis"].tolist() == ["nevus", "actinic keratosis or intraepithelial carcinoma"]


def test_lesions_come_from_the_groupings(source):
    labels = read_labels(source(IMAGES, truth=TRUTH + ROWS, groupings=GROUPINGS)).labels
    assert labels.rows["lesion_id"].tolist() == ["HAM_1", "HAM_2"]
    assert labels.row_problems.empty


def test_a_row_without_a_mark_is_said(source):
    row = "ISIC_0024308,0,0,0,0,0,0,0\n"
    problems = read_labels(source(IMAGES, truth=TRUTH + ROWS + row)).labels.row_problems
    assert problems.to_dict("list") == {
        "isic_id": ["ISIC_0024308"],
        "kind": ["invalid_metadata"],
        "problem": ["marks no diagnosis"],
    }
