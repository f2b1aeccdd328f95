import pandas as pd

from melanoma.data.recognise import read_labels

TRUTH = (
    "image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK\n"
    "ISIC_0000000,0.0,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0\n"
    "ISIC_0000074_downsampled,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,0.0\n"
    "ISIC_0000075,0.0,0.0,0.0,1.0,0.0,0.0,0.0,0.0,0.0\n"
    "ISIC_0000099,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0\n"
)
METADATA = (
    "image,age_approx,anatom_site_general,lesion_id,sex\n"
    "ISIC_0000000,55,anterior torso,,female\n"
    "ISIC_0000074_downsampled,,palms/soles,BCN_1,\n"
)
IMAGES = [f"input/{name}.jpg" for name in ("ISIC_0000000", "ISIC_0000074", "ISIC_0000075 (1)", "ISIC_0000099")]


def test_ids_match_whatever_stands_behind_them_in_table_or_file(source):
    found = read_labels(source(IMAGES, truth=TRUTH, metadata=METADATA))
    assert (found.layout, found.reason) == ("ISIC 2019", "truth.csv has a column for each diagnosis, MEL to SCC")
    rows = found.labels.rows
    assert rows["isic_id"].tolist() == ["ISIC_0000000", "ISIC_0000074", "ISIC_0000075"]
    assert rows["diagnosis"].tolist() == ["nevus", "squamous cell carcinoma", "actinic keratosis"]
    assert rows["lesion_id"].fillna("null").tolist() == ["null", "BCN_1", "null"]
    assert rows["anatom_site_general"].fillna("null").tolist() == ["anterior torso", "palms/soles", "null"]
    assert found.labels.row_problems.empty


def test_unk_images_are_unlabelled_and_not_missing(source):
    labels = read_labels(source(IMAGES, truth=TRUTH)).labels
    assert labels.unlabelled_images == ("input/ISIC_0000099.jpg",)
    assert labels.missing_images == ()


def test_the_published_tables_are_read_whole_and_nothing_is_wrong_with_them(shared_data, listing_of_tables):
    tables = [f"labels/ISIC_2019_Training_{part}.csv" for part in ("GroundTruth", "Metadata")]
    published = pd.read_csv(shared_data / tables[0])
    found = read_labels(listing_of_tables(shared_data, published["image"] + ".jpg", tables))
    counts = found.labels.rows["label"].value_counts().to_dict()
    assert counts == {code: n for code, n in published.drop(columns="image").sum().astype(int).items() if n}
    assert found.labels.rows["lesion_id"].notna().sum() == 23247  # of 25331, counted in the published metadata
    assert found.labels.row_problems.empty
