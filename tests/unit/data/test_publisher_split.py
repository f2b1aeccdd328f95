import pytest

from melanoma.data.publisher_split import published_splits, split_in_name


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("ISIC-2017_Test_v2_Data", "test"),
        ("ISIC_2019_Training_GroundTruth.csv", "train"),
        ("Train/test/a", "test"),
        ("HAM10000_images_part_1", None),
        ("latest", None),
        ("", None),
    ],
)
def test_a_split_is_a_whole_word_and_the_nearest_folder_counts(name, split):
    assert split_in_name(name) == split


@pytest.mark.parametrize("splits", [["train", "train"], ["test", "test"], [None, "train"], [None], []])
def test_a_split_with_one_side_is_none(splits):
    assert published_splits(splits).isna().all()


def test_a_test_part_beside_anything_else_is_one():
    assert published_splits(["test", None, "train"]).tolist() == ["test", None, "train"]
