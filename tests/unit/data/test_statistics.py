import numpy as np
import pandas as pd
import pytest

from melanoma.data.examples import ExampleSet
from melanoma.data.statistics import image_statistics


def statistics_of(*images):
    rows = pd.DataFrame({"image_id": [str(n) for n in range(len(images))], "origin": "original", "shard": 0})
    return image_statistics(ExampleSet(rows.assign(row=range(len(images))), {("original", 0): np.stack(images)}))


def test_a_plain_picture_has_its_colour_and_no_sharpness():
    measured = statistics_of(np.tile(np.array([10, 20, 30], np.uint8), (50, 50, 1))).loc["0"]
    assert measured.to_dict() == {
        "mean_r": 10.0,
        "mean_g": 20.0,
        "mean_b": 30.0,
        "std_r": 0.0,
        "std_g": 0.0,
        "std_b": 0.0,
        "border": 20.0,
        "sharpness": 0.0,
    }


def test_the_border_is_the_outer_8_percent():
    framed = np.zeros((50, 50, 3), np.uint8)
    framed[4:-4, 4:-4] = 200  # 0.08 of 50 px are 4 px
    measured = statistics_of(framed, 200 - framed)
    assert measured["border"].tolist() == [0.0, 200.0]
    assert measured.loc["0", "mean_r"] == pytest.approx(200 * 42**2 / 50**2)


def test_sharpness_is_the_mean_difference_of_neighbours_down_and_across():
    stripes = np.zeros((50, 50, 3), np.uint8)
    stripes[:, ::2] = 100  # each step across differs by 100, none down
    checkers = np.zeros((50, 50, 3), np.uint8)
    checkers[np.indices((50, 50)).sum(axis=0) % 2 == 0] = 100
    assert statistics_of(stripes, checkers)["sharpness"].tolist() == pytest.approx([100, 200])


def test_the_spread_is_that_of_each_channel():
    halves = np.zeros((50, 50, 3), np.uint8)
    halves[:25, :, 1] = 100
    assert statistics_of(halves)[["std_r", "std_g", "std_b"]].iloc[0].tolist() == [0, 50, 0]


def test_more_images_than_one_batch_keep_their_order():
    images = [np.full((8, 8, 3), n % 256, np.uint8) for n in range(300)]
    measured = statistics_of(*images)
    assert measured.index.tolist() == [str(n) for n in range(300)]
    assert measured["mean_g"].tolist() == [n % 256 for n in range(300)]
