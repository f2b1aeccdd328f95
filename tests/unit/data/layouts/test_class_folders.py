from pathlib import Path

import pytest

from melanoma.data.layouts.class_folders import read, recognise
from melanoma.data.listing import Listing, SourceFile, list_source


def listing_of(*names, root=Path("/nowhere"), tables=()):
    images = tuple(SourceFile(name, 1, "0" * 64) for name in sorted(names))
    return Listing(root, images, tuple(SourceFile(name, 1, "0" * 64) for name in tables))


def test_the_folder_is_the_label_and_the_folder_above_the_split():
    rows = read(listing_of("Train/nevus/ISIC_0000001.jpg", "Test/Basal_Cell_Carcinoma/ISIC_0000002.jpg")).rows
    assert rows["diagnosis"].tolist() == ["basal cell carcinoma", "nevus"]
    assert rows["label"].tolist() == ["Basal_Cell_Carcinoma", "nevus"]
    assert rows["publisher_split"].tolist() == ["test", "train"]
    assert rows["isic_id"].tolist() == ["ISIC_0000002", "ISIC_0000001"]


@pytest.mark.parametrize(
    ("folder", "split"),
    [("TRAIN", "train"), ("Training", "train"), ("val", "train"), ("Validation", "train"), ("testing", "test")],
)
def test_split_folders_are_known_by_all_their_names(folder, split):
    assert read(listing_of(f"{folder}/nevus/a.jpg")).rows["publisher_split"].tolist() == [split]


def test_without_split_folders_nothing_is_said_of_the_split():
    labels = read(listing_of("nevus/a.jpg", "deep/melanoma/b.jpg"))
    assert labels.rows["publisher_split"].isna().all()
    assert labels.rows["diagnosis"].tolist() == ["melanoma", "nevus"]
    assert not labels.has_metadata


def test_images_outside_class_folders_are_unlabelled():
    labels = read(listing_of("a.jpg", "Train/b.jpg", "Train/nevus/c.jpg"))
    assert labels.unlabelled_images == ("Train/b.jpg", "a.jpg")
    assert labels.rows["image_id"].tolist() == ["Train/nevus/c.jpg"]


def test_one_file_name_may_stand_in_two_folders():
    names = ("Test/nevus/ISIC_0000001.jpg", "Train/melanoma/ISIC_0000001.jpg", "Train/nevus/ISIC_0000001.jpg")
    assert read(listing_of(*names)).rows["image_id"].tolist() == list(names)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("Train/nevus/a.jpg", "Test/melanoma/b.jpg"), "2 class folders, under Test and Train"),
        (("nevus/a.jpg", "nevus/b.jpg"), "1 class folders"),
        (("a.jpg", "Train/b.jpg"), None),
    ],
)
def test_it_says_why_it_is_this_layout(names, reason):
    assert recognise(listing_of(*names)) == reason


def test_metadata_is_joined_by_isic_id(image_folder):
    labels = read(list_source(image_folder))
    row = labels.rows.set_index("isic_id").loc["ISIC_0000000"]
    assert labels.has_metadata
    assert labels.missing_images == ()
    assert (row["lesion_id"], row["age_approx"], row["sex"]) == ("lesion of basal cell carcinoma 1", 45.0, "female")


def test_of_two_rows_of_metadata_the_first_known_value_counts(image_folder):
    (image_folder / "metadata.csv").write_text("isic_id,sex,age\nISIC_0000000,,40\nISIC_0000000,male,50\n")
    labels = read(list_source(image_folder))
    row = labels.rows.set_index("isic_id").loc["ISIC_0000000"]
    assert (row["sex"], row["age_approx"], len(labels.rows)) == ("male", 40.0, 48)


def test_a_row_of_metadata_without_a_file_is_a_missing_image(image_folder):
    (image_folder / "Train/nevus/ISIC_0000024.jpg").unlink()
    assert read(list_source(image_folder)).missing_images == ("ISIC_0000024",)


def test_a_table_without_ids_is_no_metadata(image_folder):
    (image_folder / "metadata.csv").write_text("class,count\nnevus,3\n")
    assert not read(list_source(image_folder)).has_metadata


def test_a_container_is_no_class_and_a_mask_no_image():
    labels = read(listing_of("all.zip/nevus/a.jpg", "all.zip/b.jpg", "nevus/a_segmentation.png"))
    assert labels.rows["image_id"].tolist() == ["all.zip/nevus/a.jpg"]
    assert labels.unlabelled_images == ("all.zip/b.jpg", "nevus/a_segmentation.png")


@pytest.mark.parametrize("folder", ["UNK", "unknown"])
def test_a_folder_of_the_unknown_labels_nothing(folder):
    labels = read(listing_of(f"{folder}/a.jpg", "nevus/b.jpg"))
    assert labels.unlabelled_images == (f"{folder}/a.jpg",)


def test_rows_of_metadata_that_cannot_be_true_are_said(image_folder):
    table = "isic_id,sex,age,mel_thick_mm\nISIC_0000000,male,forty,0.8\nISIC_0000016,male,50,0.8\n"
    (image_folder / "metadata.csv").write_text(table)
    problems = read(list_source(image_folder)).row_problems
    assert problems[["isic_id", "problem"]].to_numpy().tolist() == [  # 0: basal cell carcinoma, 16: melanoma
        ["ISIC_0000000", "age is no number"],
        ["ISIC_0000000", "melanoma measured where there is none"],
    ]


def test_images_without_an_isic_id_are_joined_by_their_name(tmp_path):
    (tmp_path / "nevus").mkdir()
    (tmp_path / "nevus/case 7.png").write_bytes(b"x")
    (tmp_path / "metadata.csv").write_text("image_id,patient_id\ncase 7,P1\n")
    labels = read(list_source(tmp_path))
    assert labels.rows[["isic_id", "patient_id"]].to_numpy().tolist() == [["case 7", "P1"]]
    assert labels.missing_images == ()
