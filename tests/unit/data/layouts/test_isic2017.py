import pytest

from melanoma.data.recognise import read_labels

HEADER = "image_id,melanoma,seborrheic_keratosis\n"
ROWS = "ISIC_0000000,0.0,0.0\nISIC_0000001,1.0,0.0\nISIC_0000002,0.0,1.0\n"
IMAGES = [f"ISIC-2017_Training_Data/ISIC_000000{n}.jpg" for n in range(3)]


@pytest.mark.parametrize("header", [HEADER, ""], ids=["header", "no header"])
def test_neither_of_both_columns_is_a_nevus(source, header):
    found = read_labels(source(IMAGES, truth=header + ROWS))
    assert (found.layout, found.reason) == ("ISIC 2017", "truth.csv has melanoma and seborrheic_keratosis")
    assert found.labels.rows["diagnosis"].tolist() == ["nevus", "melanoma", "seborrheic keratosis"]
    assert found.labels.row_problems.empty
    assert not found.labels.has_metadata


def test_ages_and_sexes_come_from_the_second_table(source):
    metadata = "image_id,age_approximate,sex\nISIC_0000000,55,female\nISIC_0000001,unknown,unknown\n"
    labels = read_labels(source(IMAGES, truth=HEADER + ROWS, metadata=metadata)).labels
    assert labels.rows["age_approx"].fillna(-1).tolist() == [55, -1, -1]
    assert labels.rows["sex"].fillna("null").tolist() == ["female", "null", "null"]
    assert labels.has_metadata


def test_masks_beside_the_images_are_no_images(source):
    masks = ["ISIC-2017_Training_Data/ISIC_0000000_superpixels.png", "masks/ISIC_0000001_segmentation.png"]
    labels = read_labels(source([*IMAGES, *masks], truth=HEADER + ROWS)).labels
    assert labels.unlabelled_images == tuple(masks)
    assert len(labels.rows) == 3


def test_a_row_that_marks_both_or_something_else_labels_nothing_and_is_said(source):
    rows = "ISIC_0000000,1.0,1.0\nISIC_0000001,0.7,0.0\nISIC_0000002,,1\n"
    labels = read_labels(source([*IMAGES, "ISIC_0000003.jpg"], truth=f"{HEADER}{rows}ISIC_0000003,1,0\n")).labels
    assert labels.rows["isic_id"].tolist() == ["ISIC_0000003"]
    assert labels.row_problems["isic_id"].tolist() == ["ISIC_0000000", "ISIC_0000001", "ISIC_0000002"]
    assert set(labels.row_problems["problem"]) == {"marks are not one 1 among zeros"}


def test_two_published_parts_are_told_apart(source):
    test = f"{HEADER}ISIC_0000009,1,0\n"
    images = [*IMAGES, "ISIC-2017_Test_v2_Data/ISIC_0000009.jpg"]
    rows = read_labels(source(images, a_training=HEADER + ROWS, b_test=test)).labels.rows.set_index("isic_id")
    assert rows["publisher_split"].to_dict() == {
        "ISIC_0000000": "train",
        "ISIC_0000001": "train",
        "ISIC_0000002": "train",
        "ISIC_0000009": "test",
    }


def test_one_published_part_alone_is_no_split(source):
    assert read_labels(source(IMAGES, training=HEADER + ROWS)).labels.rows["publisher_split"].isna().all()


def test_the_published_table_is_read_whole(shared_data, listing_of_tables):
    names = [p.relative_to(shared_data).as_posix() for p in (shared_data / "isic2017").rglob("*.jpg")]
    tables = [f"isic2017/ISIC-2017_Training_{part}.csv" for part in ("Data_metadata", "Part3_GroundTruth")]
    found = read_labels(listing_of_tables(shared_data, names, tables))
    assert found.layout == "ISIC 2017"
    assert (len(found.labels.rows), len(found.labels.missing_images)) == (1726, 2000 - 1726)
    assert found.labels.row_problems.empty
