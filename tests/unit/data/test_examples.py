import numpy as np
import pandas as pd
import pytest

from melanoma.data.examples import ExampleSet, join_copies, measure_leak, name_copies


@pytest.fixture
def examples():
    rows = pd.DataFrame(
        {
            "image_id": ["a", "b", "a#0"],
            "split": ["train", "validation", "train"],
            "origin": ["original", "original", "copy"],
            "shard": [0, 7, 0],
            "row": [1, 0, 0],
        }
    )
    pixels = {
        ("original", 0): np.stack([np.full((4, 4, 3), 10), np.full((4, 4, 3), 11)]).astype(np.uint8),
        ("original", 7): np.full((1, 4, 4, 3), 20, np.uint8),
        ("copy", 0): np.full((1, 4, 4, 3), 30, np.uint8),
    }
    return ExampleSet(rows, pixels)


def test_images_come_from_their_own_shards_in_the_order_asked_for(examples):
    images = examples.images(np.array([2, 0, 1, 0]))
    assert images.shape == (4, 4, 4, 3)
    assert images[:, 0, 0, 0].tolist() == [30, 11, 20, 11]
    assert examples.images_size_px == 4


def test_the_examples_of_some_splits_count_from_zero(examples):
    training = examples.of("train")
    assert training.rows["image_id"].tolist() == ["a", "a#0"]
    assert training.images(np.array([1]))[0, 0, 0, 0] == 30
    assert examples.of("train", "validation").rows["image_id"].tolist() == ["a", "b", "a#0"]
    assert len(examples.of("test").rows) == 0


def test_copies_follow_the_originals_under_names_of_their_own(manifest_of):
    originals = manifest_of(image_id=["a", "b"]).assign(split="train", group_id=["a", "b"])
    copies = originals.iloc[[1, 1]].assign(copy=[0, 1], pixel_sha256=["c0", "c1"])
    joined = join_copies(originals, name_copies(copies))
    assert joined["image_id"].tolist() == ["a", "b", "b#0", "b#1"]
    assert joined["parent_id"].fillna("none").tolist() == ["none", "none", "b", "b"]
    assert joined["origin"].tolist() == ["original"] * 2 + ["copy"] * 2
    assert joined["pixel_sha256"].tolist() == [*originals["pixel_sha256"], "c0", "c1"]
    assert joined["group_id"].tolist() == ["a", "b", "b", "b"]
    assert "copy" not in joined


def test_without_copies_there_are_the_originals(manifest_of):
    originals = manifest_of(image_id=["a", "b"])
    joined = join_copies(originals, originals.iloc[:0].assign(copy=[]))
    assert joined["image_id"].tolist() == ["a", "b"]
    assert joined["parent_id"].isna().all()


def test_a_leak_is_the_share_of_images_with_a_relative_in_training():
    rows = pd.DataFrame(
        {
            "group_id": ["1", "2", "1", "1", "3", "2", "4", "5", "2", "6"],
            "split": ["train"] * 2 + ["validation"] * 3 + ["test"] * 3 + ["calibration"] * 2,
        }
    )
    assert measure_leak(rows, "after_augmentation") == {
        "protocol": "after_augmentation",
        "validation_images": 3,
        "validation_with_relative_in_training": 2,
        "share": 2 / 3,
        "calibration_images": 2,
        "calibration_with_relative_in_training": 1,
        "calibration_share": 1 / 2,
        "test_images": 3,
        "test_with_relative_in_training": 1,
        "test_share": 1 / 3,
    }


def test_a_split_without_images_leaks_nothing():
    leak = measure_leak(pd.DataFrame({"group_id": ["1"], "split": ["train"]}), "grouped")
    assert (leak["validation_images"], leak["share"], leak["test_images"], leak["test_share"]) == (0, 0.0, 0, 0.0)
