"""A bias behind the pooling computes and learns what one before it does, from fewer numbers, and leaves no trace."""

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("tensorflow")
STEPS = 3


def build(*, padding="valid", activation=None, use_bias=True, between=False):
    """Pictures, [n, 9, 9, 3], to two logits; with something between convolution and pooling where that is asked for."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(5)
    stack = [
        keras.Input((9, 9, 3), name="image"),
        layers.Conv2D(4, 3, activation=activation, use_bias=use_bias, name="conv"),
        *([layers.ReLU(name="between")] if between else []),
        layers.MaxPooling2D(padding=padding, name="pool"),
        layers.ReLU(name="relu"),
        layers.Flatten(name="flatten"),
        layers.Dense(2, name="logits"),
    ]
    return keras.Sequential(stack, name="tiny")


def late(network):
    from melanoma.training.late_bias import add_bias_behind_pooling

    add_bias_behind_pooling(network)
    return network


def batch(seed=1, images=6):
    random = np.random.default_rng(seed)
    return random.normal(0, 2, (images, 9, 9, 3)).astype(np.float32), np.arange(images) % 2


def train(network):
    import keras

    network.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    for step in range(STEPS):
        network.train_on_batch(*batch(step))
    return network.get_weights()


def biased_shapes(network):
    """Shapes of all that a bias is added to."""
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow's graph is looked into")
    import tensorflow as tf

    traced = tf.function(lambda maps: network(maps, training=True)).get_concrete_function(batch()[0])
    return [tuple(op.inputs[0].shape) for op in traced.graph.get_operations() if op.type == "BiasAdd"]


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_it_trains_to_the_weights_that_a_bias_before_the_pooling_does(padding):
    untrained = build(padding=padding).get_weights()
    ours, theirs = train(late(build(padding=padding))), train(build(padding=padding))
    for one, other, before in zip(ours, theirs, untrained, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
        assert (one != before).any()


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_it_predicts_what_a_bias_before_the_pooling_does(padding):
    network, plain = late(build(padding=padding)), build(padding=padding)
    plain.set_weights(train(network))
    np.testing.assert_allclose(network(batch()[0]), plain(batch()[0]), rtol=1e-5, atol=1e-6)


def test_the_bias_is_added_to_a_quarter_of_the_numbers():
    assert biased_shapes(build())[0] == (6, 7, 7, 4)
    assert biased_shapes(late(build()))[0] == (6, 3, 3, 4)


@pytest.mark.parametrize("kind", [{"activation": "tanh"}, {"use_bias": False}, {"between": True}])
def test_what_is_no_bias_before_a_pooling_is_left_alone(kind):
    network = late(build(**kind))
    assert biased_shapes(network) == biased_shapes(build(**kind))
    np.testing.assert_array_equal(network(batch()[0]), build(**kind)(batch()[0]))


def test_the_notebooks_networks_are_trained_by_it():
    from melanoma.config.train import TrainConfig
    from melanoma.models.network import Shape
    from melanoma.training.assemble import assemble_network

    network = assemble_network(Shape(9, 2), TrainConfig(network="cnn")).network
    assert [height for _, height, *channels in biased_shapes(network) if channels] == [4, 2, 1]


def test_a_file_does_not_tell_how_a_network_was_trained(tmp_path):
    from melanoma.training.model_file import save_model
    from melanoma.training.model_info import ModelInfo

    info = ModelInfo(classes=("melanoma", "nevus"), size_px=9, fit="squash", network="tiny", method="scratch")
    for name, network in (("ours", late(build())), ("theirs", build())):
        save_model(network, tmp_path / f"{name}.keras", info)
    assert (tmp_path / "ours.keras").read_bytes() == (tmp_path / "theirs.keras").read_bytes()
