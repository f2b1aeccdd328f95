import io

import numpy as np
import pytest
from PIL import Image

from melanoma.reporting.heat_map import draw_heat, draw_picture, list_colours


@pytest.fixture
def picture():
    return np.full((40, 40, 3), (200, 150, 140), dtype=np.uint8)


def read(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


def test_the_hottest_place_is_the_lightest_and_yellow(picture):
    heat = np.zeros((4, 4), dtype=np.float32)
    heat[1, 2] = 5
    drawn = read(draw_heat(picture, heat, 80))
    hot, cold = drawn[30, 50], drawn[70, 10]
    assert drawn.shape == (80, 80, 3)
    assert hot.sum() > cold.sum()
    assert hot[0] > hot[2] + 60
    assert abs(cold[0] - cold[2]) < 40


def test_what_speaks_against_counts_as_nothing_and_scale_does_not_matter(picture):
    heat = np.random.default_rng(0).normal(size=(6, 6)).astype(np.float32)
    assert draw_heat(picture, heat, 64) == draw_heat(picture, np.maximum(heat, 0) * 7, 64)


def test_an_empty_map_is_one_colour(picture):
    drawn = read(draw_heat(picture, np.zeros((4, 4), dtype=np.float32), 64))
    assert np.ptp(drawn, axis=(0, 1)).max() <= 2


def test_a_picture_is_shown_as_it_is(picture):
    assert np.abs(read(draw_picture(picture, 64)) - [200, 150, 140]).max() <= 3


def test_colours_rise_in_lightness():
    light = [
        sum(int(colour[k : k + 2], 16) * w for k, w in ((1, 0.2126), (3, 0.7152), (5, 0.0722)))
        for colour in list_colours()
    ]
    assert light == sorted(light)
