"""A heat map lies where a network of known weights looks."""

import keras
import numpy as np
import pytest
from keras import layers

from melanoma.config.train import TrainConfig
from melanoma.errors import UsageError
from melanoma.models import grad_cam
from melanoma.models.catalog import find_network, network_names
from melanoma.models.grad_cam import counts_middle_more, find_places, map_heat
from melanoma.models.network import Shape

pytestmark = pytest.mark.xdist_group("tensorflow")
SIZE = 16
RED, BLUE = 0, 1
KERNEL = np.array([[3.0, 0.0], [0.5, 0.5], [-0.4, 2.0]], dtype=np.float32)  # maps of red and of blue -> three scores


def colour_maps(picture):
    """[n, 16, 16, 3] in 0..255 -> [n, 16, 16, 2]: where it is red, and where it is blue."""
    convolution = layers.Conv2D(2, 1, use_bias=False, name="colours")
    maps = convolution(layers.Rescaling(1 / 255, name="rescale")(picture))
    convolution.set_weights([np.array([[1, 0], [-0.5, -0.5], [0, 1]], dtype=np.float32).reshape(1, 1, 3, 2)])
    return maps


def colour_network(kernel=KERNEL.T):
    """Return a network that weighs the mean of the red and of the blue map, plus a bias of 7."""
    picture = keras.Input((SIZE, SIZE, 3), name="image")
    dense = layers.Dense(kernel.shape[1], name="logits")
    scores = dense(layers.GlobalAveragePooling2D(name="mean")(colour_maps(picture)))
    dense.set_weights([kernel, np.full(kernel.shape[1], 7.0, dtype=np.float32)])
    return keras.Model(picture, scores, name="colours")


def spotted(*spots):
    """Return black pictures, each with a square of one colour: (row, column, channel)."""
    pictures = np.zeros((len(spots), SIZE, SIZE, 3), dtype=np.uint8)
    for picture, (row, column, channel) in zip(pictures, spots, strict=True):
        picture[row : row + 4, column : column + 4, channel] = 255
    return pictures


def test_heat_lies_where_the_network_looks_and_nowhere_else():
    pictures = spotted((2, 8, 0), (10, 3, 2))
    heat = map_heat(colour_network(), pictures, [0, 2])
    for one, picture in zip(heat, pictures, strict=True):
        assert (one > 0).tolist() == (picture.max(axis=2) > 0).tolist()


def test_what_speaks_against_a_diagnosis_is_below_nothing():
    (heat,) = map_heat(colour_network(), spotted((2, 8, 0)), [2])  # red weighs -0.4 for the third
    assert heat[3, 9] == pytest.approx(-0.4, abs=1e-5)
    assert np.count_nonzero(heat) == 16


def test_the_mean_of_a_map_is_the_score_without_its_bias():
    pictures = np.random.default_rng(0).integers(0, 256, (9, SIZE, SIZE, 3)).astype(np.uint8)
    network, codes = colour_network(), np.arange(9) % 3
    scores = network.predict_on_batch(pictures)[np.arange(9), codes]
    assert map_heat(network, pictures, codes.tolist()).mean(axis=(1, 2)) == pytest.approx(scores - 7, abs=1e-4)


def test_a_nested_network_has_the_maps_of_the_same_network_in_one_piece():
    whole = colour_network()
    backbone = keras.Model(whole.input, whole.get_layer("mean").output, name="backbone")
    features = keras.Input((2,), name="features")
    dense = layers.Dense(3, name="logits")
    head = keras.Model(features, dense(features), name="head")
    dense.set_weights(whole.get_layer("logits").get_weights())
    picture = keras.Input((SIZE, SIZE, 3), name="image")
    nested = keras.Model(picture, head(backbone(picture)), name="network")
    pictures = spotted((0, 0, 0), (6, 6, 2))
    assert np.array_equal(map_heat(nested, pictures, [0, 1]), map_heat(whole, pictures, [0, 1]))


def test_maps_of_several_depths_are_added_each_with_its_share_of_the_score():
    picture = keras.Input((SIZE, SIZE, 3), name="image")
    fine = colour_maps(picture)
    coarse = layers.AveragePooling2D(4, name="coarse")(fine)
    pooled = [layers.GlobalAveragePooling2D(name=name)(maps) for name, maps in (("a", fine), ("b", coarse))]
    dense = layers.Dense(1, use_bias=False, name="logits")
    network = keras.Model(picture, dense(layers.Concatenate(name="levels")(pooled)))
    dense.set_weights([np.array([[1], [0], [2], [0]], dtype=np.float32)])
    assert [place.name for place in find_places(network)] == ["a", "b"]
    (heat,) = map_heat(network, spotted((4, 4, 0)), [0])
    # The spot fills one place of the coarse map, 2, which is spread to both sides; with 1 of the fine map 3 is not
    # reached at its rim, but what both add up to is 16 of 256 places times 1 and times 2.
    assert heat.shape == (SIZE, SIZE)
    assert heat.mean() == pytest.approx(3 * 16 / 256, abs=1e-6)
    assert 2 < heat[5:7, 5:7].min() <= heat.max() <= 3


def test_means_and_spreads_of_a_level_add_up_to_the_score_and_what_only_centres_it_is_no_place():
    from melanoma.models.networks.efficientnet_lite0 import LITE0
    from melanoma.models.pretrained.efficientnet_lite import build_features

    keras.utils.set_random_seed(1)
    features = build_features(LITE0, 64, levels=(4,))
    dense = layers.Dense(2, use_bias=False, name="logits")
    network = keras.Model(features.input, dense(features.output))
    pictures = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3)).astype(np.uint8)
    level, middle = ["level.4", "level.4.spread"], ["level.4.middle", "level.4.middle.spread"]
    assert {place.name for place in find_places(network)} == {*level, *middle, "features", "features.middle"}
    weights = np.zeros((4 * 80 + 2 * 1280, 2), dtype=np.float32)
    weights[80:160, 0] = weights[240:320, 0] = 1e5  # the spreads alone, small in a network of random weights
    weights[:, 1] = np.linspace(-1, 1, len(weights))
    dense.set_weights([weights])
    scores = network.predict_on_batch(pictures)
    assert scores[:, 0].min() > 1
    spread = map_heat(network, pictures, [0, 0])
    assert spread.min() >= 0
    assert spread.mean(axis=(1, 2)) == pytest.approx(scores[:, 0], rel=1e-4)
    assert map_heat(network, pictures, [1, 1]).mean(axis=(1, 2)) == pytest.approx(scores[:, 1], rel=1e-4)


def test_a_network_whose_window_counts_the_middle_more_is_known_and_one_that_scales_colours_is_not():
    from melanoma.models.networks.efficientnet_lite0 import LITE0
    from melanoma.models.pretrained.efficientnet_lite import build_features

    picture = keras.Input((SIZE, SIZE, 3), name="image")
    scaled = layers.Rescaling([1.0, 0.5, 0.25])(layers.Rescaling(1 / 255)(picture))
    assert not counts_middle_more(keras.Model(picture, layers.GlobalAveragePooling2D()(scaled)))
    assert not counts_middle_more(build_features(LITE0, 32))
    inner = build_features(LITE0, 32, levels=(4,))
    picture = keras.Input((32, 32, 3), name="image")
    assert counts_middle_more(keras.Model(picture, layers.Dense(2)(inner(picture))))


def test_a_flattened_map_is_a_place_behind_a_convolution_and_none_behind_pixels():
    dense = [layers.Flatten(name="flatten"), layers.Dense(3, name="logits")]
    pixels = keras.Sequential([keras.Input((SIZE, SIZE, 3)), *dense])
    assert find_places(pixels) == []
    convolution = keras.Sequential(
        [keras.Input((SIZE, SIZE, 3)), layers.Conv2D(2, 3), layers.Flatten(name="flatten"), layers.Dense(3)]
    )
    assert [place.name for place in find_places(convolution)] == ["flatten"]


@pytest.mark.parametrize("name", sorted({*network_names()} - {"efficientnet_lite1", "efficientnet_lite2"}))
def test_every_network_of_ours_has_one_place(name):
    network = find_network(name).build(Shape(64, 3), TrainConfig())
    (place,) = find_places(network)
    heat = map_heat(network, np.full((1, 64, 64, 3), 90, np.uint8), [1])
    assert heat.shape == (1, *place.input.shape[1:3])


def test_a_gate_within_a_block_is_no_place():
    picture = keras.Input((SIZE, SIZE, 3), name="image")
    maps = colour_maps(picture)
    gate = layers.Dense(2, activation="sigmoid")(layers.GlobalAveragePooling2D(name="squeeze")(maps))
    gated = layers.Multiply()([maps, layers.Reshape((1, 1, 2))(gate)])
    scores = layers.Dense(3)(layers.GlobalAveragePooling2D(name="last")(gated))
    assert [place.name for place in find_places(keras.Model(picture, scores))] == ["last"]


def test_a_network_is_as_before_once_it_is_explained():
    network, pictures = colour_network(), spotted((2, 2, 0))
    before = np.asarray(network(pictures))
    map_heat(network, pictures, [0])
    assert "call" not in vars(network.get_layer("mean"))
    assert np.array_equal(np.asarray(network(pictures)), before)
    assert np.array_equal(map_heat(network, pictures, [0]), map_heat(network, pictures, [0]))


def test_a_backend_without_gradients_is_refused_in_one_line_that_says_what_to_do(monkeypatch):
    monkeypatch.setattr("keras.backend.backend", lambda: "numpy")
    with pytest.raises(UsageError, match=r"received KERAS_BACKEND=numpy; set it to .* or explain\.enabled=false"):
        grad_cam._differentiate(lambda at: (at[0], at), [])
