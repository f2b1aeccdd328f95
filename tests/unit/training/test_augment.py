"""Augmentation: what each part does, that any two draws differ, and that it leaves predictions alone."""

import keras
import numpy as np
import pytest
from scipy.ndimage import affine_transform

from melanoma.data.symmetries import turn

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(3).uniform(0, 255, (4, 12, 12, 3)).astype(np.float32)


def numpy_of(tensor):
    return keras.ops.convert_to_numpy(tensor)


def test_the_three_coins_give_the_eight_symmetries(images):
    from melanoma.training.augment import turn_by_draw

    for symmetry in range(8):
        coins = np.array([[0.2 if symmetry & bit else 0.8 for bit in (1, 2, 4)]] * 4, np.float32)
        assert (numpy_of(turn_by_draw(images, coins)) == turn(images, symmetry)).all()


@pytest.mark.parametrize("swings", [(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 0.7, -0.4), (0.5, -1, 0.3, 1)])
def test_the_warp_is_that_of_scipy(images, swings):
    from melanoma.training.augment import REACH, warp

    angle, scale = np.deg2rad(swings[0] * REACH.rotation_deg), np.exp(swings[1] * REACH.zoom)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / scale
    middle = np.array([5.5, 5.5])
    offset = middle - matrix @ middle + np.array(swings[2:]) * REACH.shift * 12
    expected = [
        np.stack([affine_transform(one[..., c], matrix, offset, order=1, mode="mirror") for c in range(3)], axis=-1)
        for one in images
    ]
    found = numpy_of(warp(images, np.array([swings] * 4, np.float32)))
    assert found == pytest.approx(np.array(expected), abs=0.02)


def test_light_is_unchanged_at_zero_and_follows_its_formula(images):
    from melanoma.training.augment import REACH, light

    assert numpy_of(light(images, np.zeros((4, 5), np.float32))) == pytest.approx(images, abs=1e-3)
    swings = np.array([[0.5, -1.0, 1.0, 0.0, -0.5]] * 4, np.float32)
    mean = images.mean(axis=(1, 2, 3), keepdims=True)
    expected = (images - mean) * np.exp(-REACH.contrast) + mean + 0.5 * REACH.brightness * 255
    expected = np.clip(expected * np.exp(np.array([1.0, 0.0, -0.5]) * REACH.colour), 0, 255)
    assert numpy_of(light(images, swings)) == pytest.approx(expected, abs=1e-2)


def test_it_changes_each_image_in_training_only_and_anew_at_each_step(images):
    from melanoma.training.augment import Augmentation

    layer = Augmentation(0.5)
    assert (numpy_of(layer(images, training=False)) == images).all()
    first, second = (numpy_of(layer(np.repeat(images[:1], 4, axis=0), training=True)) for _ in range(2))
    assert len({one.tobytes() for one in [*first, *second]}) == 8
    assert first.min() >= 0
    assert first.max() <= 255


def test_the_draws_of_a_step_follow_from_seed_epoch_and_step(images):
    from melanoma.training.augment import Augmentation
    from melanoma.training.seeds import seed_epoch

    image = keras.Input((12, 12, 3))
    network = keras.Model(image, keras.layers.Dropout(0.5)(Augmentation(1.0)(image)))

    def steps(seed, epoch):
        seed_epoch(network, seed, epoch)
        return [numpy_of(network(images, training=True)).tobytes() for _ in range(2)]

    assert steps(1, 0) == steps(1, 0)
    assert len({*steps(1, 0), *steps(1, 1), *steps(2, 0)}) == 6
