import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from melanoma.validation import alignment
from melanoma.validation.alignment import align
from melanoma.validation.near_duplicates import LEAST_AGREEMENT

SIDE = 180
ALL = [tuple(range(8))]


def texture(seed):
    random = np.random.default_rng(seed)
    layers = sum(gaussian_filter(random.normal(size=(SIDE, SIDE)), s) * s for s in (1.5, 4, 12, 30))
    return (150 + 40 * layers[..., None] + np.array([20, -10, -20])).clip(40, 230).astype(np.uint8)


@pytest.fixture(scope="module")
def picture():
    return texture(1)


def aligned(first, second, symmetries=ALL):
    return align(first[None], np.ascontiguousarray(second)[None], symmetries)


def test_a_picture_agrees_with_itself_unmoved(picture):
    found = aligned(picture, picture)
    assert found.agreement[0] > 0.99
    assert found.symmetry[0] == 0
    assert found.affine[0] == pytest.approx(np.array([[0, 1, 0], [0, 0, 1]]), abs=1e-3)


@pytest.mark.parametrize("symmetry", range(8))
def test_each_symmetric_form_is_found_and_told(symmetry, picture):
    turned = np.rot90(picture, symmetry % 4)
    turned = turned[:, ::-1] if symmetry >= 4 else turned
    found = aligned(np.ascontiguousarray(turned), picture)
    assert (found.symmetry[0], found.agreement[0] > 0.99) == (symmetry, True)


def test_a_rotation_by_five_degrees_is_measured(picture):
    turned = np.asarray(Image.fromarray(picture).rotate(5, Image.Resampling.BICUBIC))
    found = aligned(picture, turned)
    assert found.agreement[0] > 0.8
    linear = found.affine[0, :, 1:]
    assert abs(np.degrees(np.arctan2(linear[1, 0], linear[0, 0]))) == pytest.approx(5, abs=0.3)


def test_a_crop_of_a_tenth_is_measured(picture):
    cut = Image.fromarray(picture).crop((9, 9, 171, 171)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    found = aligned(picture, np.asarray(cut))
    assert found.agreement[0] > 0.8
    # the cut is 162 of 180 pixels wide: what it shows over [-1, 1] stands at 180 / 162 in its own measure
    assert found.affine[0, 0, 1] == pytest.approx(180 / 162, abs=0.01)


def test_gains_of_the_channels_leave_the_agreement(picture):
    assert aligned(picture, (picture * np.array([1.1, 0.9, 0.8])).astype(np.uint8)).agreement[0] > 0.95


def test_different_pictures_do_not_agree(picture):
    pairs = [texture(seed) for seed in range(2, 8)]
    found = align(np.stack([picture] * 6), np.stack(pairs), ALL * 6)
    assert found.agreement.max() < 0.3


def test_a_disc_on_plain_skin_is_no_proof_that_two_pictures_are_one():
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2

    def disc(seed):
        noise = gaussian_filter(np.random.default_rng(seed).normal(size=(SIDE, SIDE)), 1)
        tone = np.where(np.hypot(x, y) < 30, 80, 200) + 12 * noise
        return np.repeat(tone.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)

    assert aligned(disc(1), disc(2)).agreement[0] < LEAST_AGREEMENT


def test_blank_pictures_agree_with_nothing(picture):
    for tone in (0, 128, 255):
        blank = np.full_like(picture, tone)
        assert aligned(picture, blank).agreement[0] == 0
        assert aligned(blank, blank).agreement[0] == 0


def test_no_weight_is_subnormal_because_products_of_such_numbers_take_ten_times_as_long():
    for level, side in enumerate(alignment._SIDES):
        for width in (alignment._FINE, alignment._COARSE[level]):
            weights = alignment._smoothing(256, side, width)
            assert not ((weights > 0) & (weights < np.finfo(np.float32).tiny)).any(), (side, width)
            assert weights.sum(axis=1) == pytest.approx(np.ones(side), abs=1e-5)
