"""Fused batch normalisation computes what Keras' own does, in training steps alone, and leaves no trace in a file."""

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("tensorflow")
STEPS = 4


@pytest.fixture(autouse=True)
def in_float32():
    import keras

    yield
    keras.mixed_precision.set_global_policy("float32")


def build(*, nested=False, trainable=True):
    """Pictures, [n, 12, 12, 3], to two logits; with the normalisation in a network within the network."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(5)
    norm = layers.BatchNormalization(momentum=0.8, epsilon=0.01, trainable=trainable, name="norm")
    image = keras.Input((12, 12, 3), name="image")
    maps = layers.Conv2D(4, 3, name="conv")(image)
    inner = keras.Input((10, 10, 4))
    maps = keras.Model(inner, norm(inner), name="inner")(maps) if nested else norm(maps)
    pooled = layers.GlobalAveragePooling2D(name="pool")(layers.ReLU(name="relu")(maps))
    return keras.Model(image, layers.Dense(2, dtype="float32", name="logits")(pooled), name="tiny")


def fused(network):
    from melanoma.training.fused_normalisation import fuse_normalisation

    fuse_normalisation(network)
    return network


def batch(seed=1, images=6):
    random = np.random.default_rng(seed)
    return random.normal(3, 2, (images, 12, 12, 3)).astype(np.float32), np.arange(images) % 2


def train(network):
    import keras

    network.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    for step in range(STEPS):
        network.train_on_batch(*batch(step))
    return network.get_weights()


def operations(network, training):
    import tensorflow as tf

    traced = tf.function(lambda maps: network(maps, training=training)).get_concrete_function(batch()[0])
    return {operation.type for operation in traced.graph.get_operations()}


@pytest.mark.parametrize("nested", [False, True])
def test_it_trains_to_the_weights_and_statistics_of_keras_own(nested):
    ours, theirs = train(fused(build(nested=nested))), train(build(nested=nested))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    untrained = build(nested=nested).get_weights()
    assert all((one != before).any() for one, before in zip(ours, untrained, strict=True))


@pytest.mark.parametrize("nested", [False, True])
def test_the_fused_operation_takes_part_in_training_and_not_in_prediction(nested):
    network = fused(build(nested=nested))
    assert "FusedBatchNormV3" in operations(network, training=True)
    assert "FusedBatchNormV3" not in operations(network, training=False)
    assert "FusedBatchNormV3" not in operations(build(nested=nested), training=True)


def test_it_predicts_to_the_bit_what_keras_own_does():
    network, plain = fused(build()), build()
    train(network)
    plain.set_weights(network.get_weights())
    np.testing.assert_array_equal(network(batch()[0], training=False), plain(batch()[0], training=False))


def test_what_does_not_learn_keeps_its_statistics():
    network = fused(build(trainable=False))
    train(network)
    scale, offset, mean, variance = network.get_layer("norm").get_weights()
    assert (scale == 1).all()
    assert (variance == 1).all()
    assert (offset == 0).all()
    assert (mean == 0).all()


def test_in_mixed_precision_maps_stay_bfloat16_and_statistics_float32():
    import keras

    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    ours, theirs = fused(build()), build()
    pictures, _ = batch()
    maps = [np.asarray(n.get_layer("norm")(n.get_layer("conv")(pictures), training=True)) for n in (ours, theirs)]
    assert {one.dtype.name for one in maps} == {"bfloat16"}
    np.testing.assert_allclose(*(one.astype(np.float32) for one in maps), rtol=0.02, atol=0.02)
    for one, other in zip(ours.get_layer("norm").weights, theirs.get_layer("norm").weights, strict=True):
        assert one.dtype == "float32"
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_another_kind_of_normalisation_is_left_alone():
    import keras
    from keras import layers

    flat = keras.Sequential([keras.Input((7,)), layers.BatchNormalization()])
    assert "FusedBatchNormV3" not in operations_of_flat(fused(flat))
    unscaled = keras.Sequential([keras.Input((12, 12, 3)), layers.BatchNormalization(scale=False)])
    assert "FusedBatchNormV3" not in operations(fused(unscaled), training=True)


def operations_of_flat(network):
    import tensorflow as tf

    traced = tf.function(lambda rows: network(rows, training=True)).get_concrete_function(np.ones((3, 7), np.float32))
    return {operation.type for operation in traced.graph.get_operations()}


def test_a_file_does_not_tell_how_a_network_was_trained(tmp_path):
    from melanoma.training.model_file import save_model
    from melanoma.training.model_info import ModelInfo

    info = ModelInfo(classes=("melanoma", "nevus"), size_px=12, fit="squash", network="tiny", method="scratch")
    for name, network in (("ours", fused(build())), ("theirs", build())):
        save_model(network, tmp_path / f"{name}.keras", info)
    assert (tmp_path / "ours.keras").read_bytes() == (tmp_path / "theirs.keras").read_bytes()


def test_gradients_of_large_maps_are_the_same_each_time():
    """Those of Keras' own operations are not, though TensorFlow is told to be deterministic."""
    import keras
    import tensorflow as tf

    from melanoma.training.determinism import seed_training

    seed_training(1, deterministic=True)
    network = fused(keras.Sequential([keras.Input((180, 180, 16)), keras.layers.BatchNormalization()]))
    maps = tf.constant(np.random.default_rng(0).normal(size=(32, 180, 180, 16)).astype(np.float32))

    @tf.function
    def differentiate():
        with tf.GradientTape() as tape:
            tape.watch(maps)
            normalised = network(maps, training=True)
            loss = tf.reduce_sum(normalised * normalised * maps)
        return tape.gradient(loss, maps)

    assert len({differentiate().numpy().tobytes() for _ in range(8)}) == 1
