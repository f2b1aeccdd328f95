import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from melanoma.data.measure import all_measures
from melanoma.data.measures.perceptual_hash import (
    MEASURE,
    PERCEPTUAL_HASH,
    hash_thumbnails,
    symmetric_signs,
    unpack_hashes,
)

TURNS = {
    "half a turn": (0, lambda p: np.rot90(p, 2, (1, 2))),
    "a quarter turn": (1, lambda p: np.rot90(p, 1, (1, 2))),
    "a quarter turn back": (1, lambda p: np.rot90(p, 3, (1, 2))),
    "left and right": (2, lambda p: p[:, :, ::-1]),
    "up and down": (2, lambda p: p[:, ::-1]),
    "transposed": (3, lambda p: p.transpose(0, 2, 1, 3)),
}


@pytest.fixture(scope="module")
def textures():
    random = np.random.default_rng(1)
    noise = gaussian_filter(random.normal(size=(20, 64, 64, 3)), (0, 1.5, 1.5, 0))
    return (150 + 300 * noise).clip(60, 200).astype(np.uint8)


def cosine(a, b):
    a, b = a.astype(float), b.astype(float)
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


@pytest.mark.parametrize("turn", TURNS)
def test_the_hash_of_a_turned_picture_is_the_hash_with_other_signs(turn, textures):
    form, apply = TURNS[turn]
    expected = hash_thumbnails(textures).astype(int) * symmetric_signs()[form]
    assert np.abs(hash_thumbnails(np.ascontiguousarray(apply(textures))) - expected).max() <= 1  # one step of rounding


def test_gains_of_the_channels_change_the_hash_little(textures):
    gained = (textures * np.array([1.2, 1.0, 0.8])).astype(np.uint8)
    assert cosine(hash_thumbnails(textures), hash_thumbnails(gained)).min() > 0.95


def test_different_textures_have_different_hashes(textures):
    hashes = hash_thumbnails(textures)
    assert np.abs(cosine(hashes[:-1], hashes[1:])).max() < 0.6


def test_a_picture_without_texture_has_the_zero_hash():
    flat = np.stack([np.full((64, 64, 3), tone, np.uint8) for tone in (0, 128, 255)])
    assert not hash_thumbnails(flat).any()


def test_a_hash_depends_on_its_own_picture_alone(textures):
    assert np.array_equal(hash_thumbnails(textures)[7:8], hash_thumbnails(textures[7:8]))


def test_the_columns_text_gives_the_hash_back(textures):
    table = MEASURE.measure(textures)
    assert MEASURE.columns == tuple(table.columns) == (PERCEPTUAL_HASH,)
    assert np.array_equal(unpack_hashes(table[PERCEPTUAL_HASH]), hash_thumbnails(textures))


def test_what_is_no_hash_reads_as_zero():
    assert not unpack_hashes(pd.Series([None, "", "zz", "ff"], dtype="object")).any()


def test_no_pictures_have_no_hashes():
    assert MEASURE.measure(np.zeros((0, 64, 64, 3), np.uint8)).empty


def test_ingest_finds_the_measure():
    assert MEASURE in all_measures()
