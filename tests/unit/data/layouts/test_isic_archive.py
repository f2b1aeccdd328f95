from melanoma.data.recognise import read_labels

METADATA = (
    "isic_id,attribution,copyright_license,age_approx,anatom_site_general,concomitant_biopsy,dermoscopic_type,diagnosis_1,"
    "diagnosis_2,diagnosis_3,diagnosis_4,image_type,mel_thick_mm,sex\n"
    'ISIC_0000001,"Hospital, Clínic",CC-BY-NC,85,head/neck,True,contact polarized,Malignant,'
    "Malignant melanocytic proliferations (Melanoma),Melanoma Invasive,"
    '"Melanoma Invasive, Nodular",dermoscopic,1.2,male\n'
    "ISIC_0000002,Anonymous,CC-0,,,False,,Indeterminate,Indeterminate epidermal proliferations,"
    "Solar or actinic keratosis,,dermoscopic,,female\n"
    "ISIC_0000003,Anonymous,CC-0,,,False,,Benign,Benign soft tissue proliferations - Vascular,,,dermoscopic,,\n"
    "ISIC_0000004,Anonymous,CC-0,,,,,,,,,dermoscopic,,\n"
)
IMAGES = [f"ISIC_000000{n}.jpg" for n in (1, 2, 3, 4)]


def test_the_tree_names_the_diagnosis_and_the_licence_stays(source):
    found = read_labels(source(IMAGES, metadata=METADATA))
    assert (found.layout, found.reason) == ("ISIC Archive", "metadata.csv has isic_id and the Archive's diagnoses")
    rows = found.labels.rows
    assert rows["diagnosis"].tolist() == ["melanoma", "actinic keratosis", "vascular lesion"]
    assert rows["label"].tolist()[:2] == ["Melanoma Invasive, Nodular", "Solar or actinic keratosis"]
    assert rows["attribution"].tolist() == ["Hospital, Clínic", "Anonymous", "Anonymous"]
    assert rows["license"].tolist() == ["CC-BY-NC", "CC-0", "CC-0"]
    assert rows["dermoscopic_type"].tolist()[0] == "contact polarized"
    assert found.labels.row_problems.empty


def test_an_image_without_a_diagnosis_is_unlabelled(source):
    assert read_labels(source(IMAGES, metadata=METADATA)).labels.unlabelled_images == ("ISIC_0000004.jpg",)


def test_a_download_from_before_the_tree_is_read(source):
    table = (
        "isic_id,attribution,copyright_license,benign_malignant,diagnosis\n"
        "ISIC_0000001,A,CC-0,malignant,basal cell carcinoma\nISIC_0000002,A,CC-0,benign,\n"
    )
    rows = read_labels(source(IMAGES, metadata=table)).labels.rows
    assert rows["diagnosis"].tolist() == ["basal cell carcinoma", "benign"]


def test_metadata_without_diagnoses_does_not_label(source):
    table = "isic_id,attribution,copyright_license\nISIC_0000001,A,CC-0\n"
    found = read_labels(source(["nevus/ISIC_0000001.jpg"], metadata=table))
    assert found.layout == "class folders"
    assert found.labels.rows["license"].tolist() == ["CC-0"]
