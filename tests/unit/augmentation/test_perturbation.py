"""A changed picture keeps its shape and dtype, is the same each time, and differs in what its name says."""

import numpy as np
import pytest
from PIL import Image

from melanoma.augmentation.perturbation import find_perturbation, perturb
from melanoma.config.robustness import STRENGTHS, RobustnessConfig
from melanoma.discovery import discover

SIZE = 64
DEFAULTS = [(change.name, change.strength) for change in RobustnessConfig().perturbations]
ENDS = [(name, end) for name, strength in STRENGTHS.items() for end in (strength.low, strength.high)]


@pytest.fixture
def pictures():
    """Noise on a gradient, and a disc: uint8, [2, 64, 64, 3]."""
    y, x = np.mgrid[:SIZE, :SIZE]
    noise = np.random.default_rng(0).normal(0, 20, (2, SIZE, SIZE, 3))
    disc = np.where(np.hypot(x - 40, y - 20) < 12, -60, 0)
    return (140 + x[..., None] + disc[..., None] + noise).clip(0, 255).astype(np.uint8)


def test_every_perturbation_has_a_file_and_a_range():
    modules = discover("melanoma.augmentation.perturbations")
    assert sorted(module.PERTURBATION.name for module in modules) == sorted(STRENGTHS)
    assert all(module.PERTURBATION.name == module.__name__.rpartition(".")[2] for module in modules)


@pytest.mark.parametrize(("name", "strength"), [*DEFAULTS, *ENDS])
def test_shape_and_dtype_stay_and_equal_pictures_give_equal_bytes(pictures, name, strength):
    before = pictures.copy()
    pictures.setflags(write=False)  # as mapped shards are
    changed, again = perturb(pictures, name, strength), perturb(pictures, name, strength)
    assert (changed.shape, changed.dtype) == (pictures.shape, np.uint8)
    assert np.array_equal(changed, again)
    assert np.array_equal(pictures, before)


@pytest.mark.parametrize(("name", "strength"), DEFAULTS)
def test_a_default_changes_a_picture_and_leaves_it_the_same_picture(pictures, name, strength):
    changed = perturb(pictures, name, strength)
    assert (changed != pictures).mean() > 0.2
    assert np.corrcoef(changed.ravel(), pictures.ravel())[0, 1] > 0.3


def test_a_picture_is_changed_alone_whatever_stands_beside_it(pictures):
    for name, strength in DEFAULTS:
        assert np.array_equal(perturb(pictures, name, strength)[1:], perturb(pictures[1:], name, strength))
    assert perturb(pictures[:0], "jpeg", 50).shape == (0, SIZE, SIZE, 3)


def test_brightness_of_one_and_a_cast_of_nothing_change_nothing(pictures):
    assert np.array_equal(perturb(pictures, "brightness", 1), pictures)
    assert np.array_equal(perturb(pictures, "colour_cast", 0), pictures)


def test_a_warm_cast_raises_red_keeps_green_and_lowers_blue(pictures):
    means = perturb(pictures, "colour_cast", 0.1).mean(axis=(0, 1, 2)) / pictures.mean(axis=(0, 1, 2))
    assert means[0] > 1.05
    assert means[1] == 1
    assert means[2] == pytest.approx(0.9, abs=0.01)


def test_blur_means_the_same_at_any_size():
    edges = [np.repeat(np.arange(size) >= size // 2, size * 3).reshape(size, size, 3) for size in (100, 200)]
    rows = [perturb((255 * edge[None]).astype(np.uint8), "blur", 2)[0, :, 50, 0] for edge in edges]
    assert np.abs(rows[1].reshape(100, 2).mean(axis=1) - rows[0]).max() < 6


def test_a_quarter_turn_is_numpys():
    picture = np.random.default_rng(1).integers(0, 256, (1, SIZE, SIZE, 3)).astype(np.uint8)
    assert np.array_equal(perturb(picture, "rotation", 90)[0], np.rot90(picture[0]))


def test_a_turned_picture_has_no_black_corner():
    bright = np.full((1, SIZE, SIZE, 3), 200, dtype=np.uint8)
    for degrees in (12, 45, -120):
        assert np.array_equal(perturb(bright, "rotation", degrees), bright)


def test_a_crop_is_pillows_of_the_lower_right(pictures):
    expected = Image.fromarray(pictures[0]).crop((16, 16, 64, 64)).resize((64, 64), Image.Resampling.BICUBIC)
    assert np.abs(find_perturbation("crop").change(pictures[0], 0.25) - np.asarray(expected).astype(int)).mean() < 1.5


def test_a_jpeg_of_low_quality_loses_more(pictures):
    losses = [np.abs(perturb(pictures, "jpeg", quality) - pictures.astype(int)).mean() for quality in (95, 50, 10)]
    assert losses == sorted(losses)
    assert losses[0] < losses[1]
