import pytest

from melanoma.data.listing import list_source
from melanoma.data.recognise import read_labels
from melanoma.errors import SourceError


def test_class_folders_are_recognised(image_folder):
    recognised = read_labels(list_source(image_folder))
    assert (recognised.layout, recognised.reason) == ("class folders", "6 class folders, under Test and Train")
    assert len(recognised.labels.rows) == 48


def test_a_ham10000_table_goes_before_the_folders_that_its_images_stand_in(tmp_path):
    (tmp_path / "HAM10000_images").mkdir()
    (tmp_path / "HAM10000_images/ISIC_0000001.jpg").write_bytes(b"x")
    (tmp_path / "labels.csv").write_text("image_id,lesion_id,dx\nISIC_0000001,HAM_1,mel\n")
    recognised = read_labels(list_source(tmp_path))
    assert recognised.layout == "HAM10000"
    assert recognised.labels.rows["diagnosis"].tolist() == ["melanoma"]


def test_a_folder_of_loose_images_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    with pytest.raises(SourceError) as refused:
        read_labels(list_source(tmp_path))
    known = "HAM10000, ISIC 2018, ISIC 2019, ISIC 2020, ISIC 2017, ISIC 2016, ISIC Archive, ISIC 2024 or class folders"
    remedy = "put each image in a folder named for its diagnosis"
    assert str(refused.value) == f"{tmp_path}: not laid out as {known}; {remedy}"


def test_a_table_whose_ids_match_no_file_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "labels.csv").write_text("image_id,lesion_id,dx\nISIC_0000001,HAM_1,mel\n")
    with pytest.raises(SourceError) as refused:
        read_labels(list_source(tmp_path))
    expected = "labels.csv has image_id, lesion_id and dx, but no image has a label in it; check that ids match"
    assert str(refused.value) == f"{tmp_path}: {expected}"


def test_metadata_under_two_names_of_one_column_is_read(image_folder):
    (image_folder / "metadata.csv").write_text("image_id,isic_id,sex\nx,ISIC_0000000,male\n")
    rows = read_labels(list_source(image_folder)).labels.rows.set_index("isic_id")
    assert rows.loc["ISIC_0000000", "sex"] == "male"
