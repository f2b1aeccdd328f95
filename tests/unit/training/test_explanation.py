import keras
import numpy as np
import pytest
from keras import layers

from melanoma.training.compose import average, list_members
from melanoma.training.explanation import Explainable, open_model
from tests.tiny_model import beside_metadata, tiny_network

pytestmark = pytest.mark.xdist_group("tensorflow")
SIZE = 12


def network(name="cnn", seed=1):
    """Return a small network whose filters are not symmetric."""
    filters = keras.initializers.RandomNormal(0, 0.3, seed=seed)
    stack = [
        keras.Input((SIZE, SIZE, 3), name="image"),
        layers.Rescaling(1 / 127.5, -1),
        layers.Conv2D(6, 3, padding="same", activation="relu", kernel_initializer=filters),
        layers.GlobalAveragePooling2D(),
        layers.Dense(3, kernel_initializer=filters),
    ]
    return keras.Sequential(stack, name=name)


def pictures(count=2):
    return np.random.default_rng(4).integers(0, 256, (count, SIZE, SIZE, 3)).astype(np.uint8)


def test_an_average_is_explained_by_its_first_network():
    members = [network(seed=1), network(seed=2)]
    whole = average(members, 2)
    opened = open_model(whole, 2)
    assert (opened.members, opened.views) == (2, 2)
    alone = Explainable(members[0], 1, 2)
    assert np.allclose(opened.map_heat(pictures(), [0, 1]), alone.map_heat(pictures(), [0, 1]))
    assert [member.name for member in list_members(whole)] == ["member_1", "member_2"]


@pytest.mark.parametrize("views", [2, 4, 8])
def test_views_are_turned_back_so_that_a_turned_picture_has_the_turned_map(views):
    opened = Explainable(network(), 1, views)
    upright, mirrored = opened.map_heat(pictures(), [0, 1]), opened.map_heat(pictures()[:, :, ::-1].copy(), [0, 1])
    assert np.allclose(upright[:, :, ::-1], mirrored, atol=1e-5)
    once = Explainable(network(), 1, 1)
    assert not np.allclose(once.map_heat(pictures(), [0, 1])[:, :, ::-1], mirrored, atol=1e-3)


def test_random_weights_in_the_head_keep_the_places_and_change_the_map():
    opened = Explainable(network(), 1, 1)
    shown, random = (
        opened.map_heat(pictures(), [0, 1]),
        opened.map_randomised("head", 3, pictures(), [0, 1]),
    )
    assert shown.shape == random.shape
    assert not np.allclose(shown, random)
    assert np.array_equal(random, opened.map_randomised("head", 3, pictures(), [0, 1]))


def test_a_network_trained_in_mixed_precision_is_explained_in_full():
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        mixed = network()
    finally:
        keras.mixed_precision.set_global_policy("float32")
    heat = open_model(mixed, 1).map_heat(pictures(), [0, 1])
    assert heat.dtype == np.float32
    full = network()
    full.set_weights(mixed.get_weights())
    assert np.array_equal(heat, Explainable(full, 1, 1).map_heat(pictures(), [0, 1]))


def test_a_network_that_looks_at_mean_colours_has_a_map_of_the_picture_itself():
    heat = open_model(tiny_network(["a", "b"]), 1).map_heat(np.zeros((1, 32, 32, 3), np.uint8), [0])
    assert heat.shape == (1, 32, 32)
    assert np.ptp(heat) == pytest.approx(0, abs=1e-6)  # one colour everywhere


def test_a_network_without_maps_says_why_it_cannot_be_explained():
    dense = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2)], name="dense")
    assert open_model(dense, 1).startswith("The network dense has no convolution whose maps are pooled or flattened")


def test_metadata_beside_the_picture_shifts_scores_and_has_no_place_in_the_map():
    alone = network()
    told = beside_metadata(network(), ["age_approx"])
    inputs = {"image": pictures(), "metadata": np.array([[0.4, 1], [0, 0]], np.float32)}
    opened, expected = Explainable(told, 1, 2), Explainable(alone, 1, 2)
    assert np.allclose(opened.map_heat(inputs, [0, 1]), expected.map_heat(pictures(), [0, 1]), atol=1e-6)
