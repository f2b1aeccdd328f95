import keras
import numpy as np
import pytest
from keras import layers

from melanoma.models.randomise import randomise_backbone, randomise_head

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture
def network():
    stack = [
        keras.Input((8, 8, 3)),
        layers.Conv2D(64, 3, name="conv"),
        layers.BatchNormalization(name="norm"),
        layers.DepthwiseConv2D(3, name="depthwise"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(5, name="logits"),
    ]
    inner = keras.Sequential(stack, name="inner")
    inner.get_layer("norm").set_weights([np.full(64, value, np.float32) for value in (3, 4, 5, 6)])
    picture = keras.Input((8, 8, 3))
    return keras.Model(picture, inner(picture))


def weights_of(network, name):
    return network.layers[-1].get_layer(name).get_weights()


def equal(one, other, name):
    return all(np.array_equal(*pair) for pair in zip(weights_of(one, name), weights_of(other, name), strict=True))


@pytest.mark.parametrize(
    ("randomise", "drawn", "kept"),
    [
        (randomise_head, ["logits"], ["conv", "norm", "depthwise"]),
        (randomise_backbone, ["conv", "norm", "depthwise"], ["logits"]),
    ],
)
def test_only_the_part_that_is_asked_for_is_drawn_anew_and_the_network_itself_stays(network, randomise, drawn, kept):
    before = network.get_weights()
    copy = randomise(network, 1)
    assert not any(equal(network, copy, name) for name in drawn)
    assert all(equal(network, copy, name) for name in kept)
    assert all(np.array_equal(*pair) for pair in zip(before, network.get_weights(), strict=True))


def test_weights_are_drawn_by_the_seed(network):
    first, again, other = (randomise_backbone(network, seed) for seed in (1, 1, 2))
    assert equal(first, again, "conv")
    assert not equal(first, other, "conv")


def test_kernels_have_the_spread_that_keeps_signals_alive_and_normalisation_does_nothing(network):
    copy = randomise_backbone(network, 1)
    kernel, bias = weights_of(copy, "conv")
    (depthwise, _) = weights_of(copy, "depthwise")
    assert kernel.std() == pytest.approx(np.sqrt(2 / 27), rel=0.1)  # 3 x 3 pixels of 3 channels
    assert depthwise.std() == pytest.approx(np.sqrt(2 / 9), rel=0.1)
    assert not bias.any()
    assert [set(weight.tolist()) for weight in weights_of(copy, "norm")] == [{1}, {0}, {0}, {1}]
