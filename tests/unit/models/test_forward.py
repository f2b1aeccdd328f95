"""A forward pass gives Keras' own numbers by any engine."""

import gc
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import keras
import numpy as np
import pytest
from keras import layers, ops

from melanoma.config.train import TrainConfig
from melanoma.models.catalog import find_network, has_backbone, network_names
from melanoma.models.forward import fast_forward, in_float32
from melanoma.models.network import Shape
from melanoma.models.openvino_forward import OpenVinoForward

pytestmark = pytest.mark.xdist_group("tensorflow")

SIDE_PX = 32
IMAGES = np.random.default_rng(1).integers(0, 256, (7, SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
TOLERANCE = 1e-3

needs_openvino = pytest.mark.skipif(
    find_spec("openvino") is None or keras.backend.backend() != "tensorflow",
    reason="the extra `fast` is not installed, or Keras does not run on TensorFlow: no OpenVINO here",
)


@pytest.fixture(scope="module", params=["openvino", "keras"])
def pair(request):
    """Return a network and its forward pass by each engine."""
    network = find_network("cnn_batchnorm").build(Shape(SIDE_PX, 5), TrainConfig())
    if request.param == "openvino" and (find_spec("openvino") is None or keras.backend.backend() != "tensorflow"):
        pytest.skip("no OpenVINO here")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "keras":
            patch.setitem(sys.modules, "openvino", None)
        forward = fast_forward(network)
    assert forward.engine == request.param
    return network, forward


def test_the_result_is_keras_own(pair):
    network, forward = pair
    result = forward(IMAGES)
    assert (result.dtype, result.shape) == (np.float32, (7, 5))
    np.testing.assert_allclose(result, network.predict_on_batch(IMAGES), rtol=0, atol=TOLERANCE)


def test_batches_give_one_result_each_in_their_order(pair):
    _, forward = pair
    results = list(forward.map(iter([IMAGES[:3], IMAGES[3:4], IMAGES[4:]])))
    assert [len(result) for result in results] == [3, 1, 3]
    np.testing.assert_allclose(np.concatenate(results), forward(IMAGES), rtol=0, atol=1e-5)


def test_no_batches_give_no_results(pair):
    assert list(pair[1].map([])) == []


def test_threads_may_share_it(pair):
    _, forward = pair
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda row: forward(IMAGES[row : row + 1]), list(range(7)) * 8))
    np.testing.assert_allclose(np.concatenate(results), np.tile(forward(IMAGES), (8, 1)), rtol=0, atol=1e-5)


@needs_openvino
def test_an_image_gives_the_same_bits_beside_any_others(pair):
    _, forward = pair
    if forward.engine == "keras":
        pytest.skip("Keras computes a batch at once")
    alone = np.concatenate([forward(IMAGES[row : row + 1]) for row in range(7)])
    np.testing.assert_array_equal(alone, forward(IMAGES))
    assert [len(result) for result in forward.map([IMAGES[:0], IMAGES, IMAGES[:0]])] == [0, 7, 0]


@needs_openvino
def test_a_result_does_not_change_when_the_network_is_gone():
    """Four networks in turn: where the weights were not copied, the memory of each is soon something else's."""
    import tensorflow as tf

    for seed in range(4):
        network = small_network(seed)
        shapes = [tuple(weight.shape) for weight in network.weights]
        forward = fast_forward(network)
        before = forward(IMAGES)
        del network
        gc.collect()
        filled = [tf.fill(shape, 7.0) for shape in shapes for _ in range(500)]
        np.testing.assert_array_equal(forward(IMAGES), before)
        del filled


def small_network(seed):
    """Return a network with biases, whose few numbers OpenVINO reads where they lie."""
    network = keras.Sequential(
        [
            keras.Input((SIDE_PX, SIDE_PX, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(8),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(9),
        ]
    )
    random = np.random.default_rng(seed)
    network.set_weights([random.normal(0, 0.1, weight.shape) for weight in network.weights])
    return network


def test_pixels_that_are_mapped_read_only_are_taken(pair):
    fixed = IMAGES.copy()
    fixed.flags.writeable = False
    np.testing.assert_array_equal(pair[1](fixed), pair[1](IMAGES))


@needs_openvino
@pytest.mark.parametrize("name", [name for name in network_names() if not has_backbone(name)])
def test_every_network_of_ours_is_carried_out_by_openvino(name):
    network = find_network(name).build(Shape(SIDE_PX, 5), TrainConfig())
    forward = fast_forward(network)
    assert (forward.engine, forward.because) == ("openvino", "")
    np.testing.assert_allclose(forward(IMAGES), network.predict_on_batch(IMAGES), rtol=0, atol=TOLERANCE)


@needs_openvino
def test_views_and_averages_inside_the_network_are_carried_out_by_openvino():
    image = keras.Input((SIDE_PX, SIDE_PX, 3))
    turned = ops.transpose(image, (0, 2, 1, 3))
    body = keras.Sequential(
        [
            keras.Input((SIDE_PX, SIDE_PX, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(4, 3),
            layers.Flatten(),
            layers.Dense(5),
        ]
    )
    views = [image, ops.flip(image, axis=1), turned, ops.flip(ops.flip(turned, axis=1), axis=2)]
    chances = ops.mean(ops.stack([ops.softmax(body(view), axis=-1) for view in views], axis=1), axis=1)
    network = keras.Model(image, ops.concatenate([ops.log(chances), chances], axis=-1))
    forward = fast_forward(network)
    assert forward.engine == "openvino", forward.because
    np.testing.assert_allclose(forward(IMAGES), network.predict_on_batch(IMAGES), rtol=0, atol=TOLERANCE)


def test_a_network_of_pictures_and_metadata_is_carried_out_by_each_engine(monkeypatch):
    image, metadata = keras.Input((SIDE_PX, SIDE_PX, 3), name="image"), keras.Input((4,), name="metadata")
    features = layers.GlobalAveragePooling2D()(layers.Rescaling(1 / 255)(image))
    logits = layers.Dense(5)(layers.Concatenate()([features, metadata]))
    network = keras.Model({"image": image, "metadata": metadata}, logits)
    known = np.random.default_rng(2).normal(size=(7, 4)).astype(np.float32)
    expected = network.predict_on_batch({"image": IMAGES, "metadata": known})
    for engine in ("openvino", "keras"):
        if engine == "openvino" and (find_spec("openvino") is None or keras.backend.backend() != "tensorflow"):
            continue
        if engine == "keras":
            monkeypatch.setitem(sys.modules, "openvino", None)
        forward = fast_forward(network)
        assert forward.engine == engine, forward.because
        batches = [{"image": IMAGES[rows], "metadata": known[rows]} for rows in (slice(0, 3), slice(3, 7))]
        np.testing.assert_allclose(np.concatenate(list(forward.map(batches))), expected, rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(forward(batches[1]), expected[3:], rtol=0, atol=TOLERANCE)


@needs_openvino
def test_operations_that_are_left_over_by_tensorflow_are_no_outputs():
    image = keras.Input((SIDE_PX, SIDE_PX, 3))
    x = layers.Conv2D(4, 3, activation="silu")(layers.Rescaling(1 / 255)(image))  # silu brings its own gradient along
    network = keras.Model(image, layers.GlobalAveragePooling2D()(x))
    forward = fast_forward(network)
    assert forward.engine == "openvino", forward.because
    np.testing.assert_allclose(forward(IMAGES), network.predict_on_batch(IMAGES), rtol=0, atol=TOLERANCE)


@needs_openvino
def test_a_conversion_that_changes_the_numbers_is_not_used(monkeypatch):
    original = OpenVinoForward.__call__
    monkeypatch.setattr(OpenVinoForward, "__call__", lambda self, images: original(self, images) + np.float32(0.01))
    image = keras.Input((SIDE_PX, SIDE_PX, 3))
    forward = fast_forward(keras.Model(image, ops.mean(image, axis=(1, 2)) / 256))
    assert forward.engine == "keras"
    assert "OpenVINO's numbers differ from Keras' by 1.0e-02" in forward.because


@pytest.fixture
def mixed():
    """Return a network that computes in bfloat16."""
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        return find_network("cnn_batchnorm").build(Shape(SIDE_PX, 5), TrainConfig())
    finally:
        keras.mixed_precision.set_global_policy("float32")


def test_a_network_in_mixed_precision_is_carried_out_in_float32(mixed):
    exact = in_float32(mixed)
    assert {layer.compute_dtype for layer in exact.layers} == {"float32"}
    assert mixed.get_layer("conv_16").compute_dtype == "bfloat16"
    full = find_network("cnn_batchnorm").build(Shape(SIDE_PX, 5), TrainConfig())
    full.set_weights(mixed.get_weights())
    expected = full.predict_on_batch(IMAGES)
    np.testing.assert_array_equal(exact.predict_on_batch(IMAGES), expected)
    np.testing.assert_allclose(fast_forward(mixed)(IMAGES), expected, rtol=0, atol=TOLERANCE)


def test_float32_is_within_bfloat16s_rounding_of_what_was_trained(mixed):
    rough = mixed.predict_on_batch(IMAGES)
    scale = np.abs(rough).max()
    gap = np.abs(fast_forward(mixed)(IMAGES) - rough).max()
    assert 0 < gap <= 5 * 2**-8 * scale  # four layers and the input, each rounded to 8 binary digits


def test_a_network_in_float32_is_not_copied():
    network = find_network("cnn").build(Shape(SIDE_PX, 5), TrainConfig())
    assert in_float32(network) is network


def test_without_openvino_keras_carries_it_out_and_says_why(monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    forward = fast_forward(find_network("cnn").build(Shape(SIDE_PX, 5), TrainConfig()))
    assert forward.engine == "keras"
    if keras.backend.backend() == "tensorflow":
        assert forward.because == "openvino is not installed; install melanoma[fast]"


@needs_openvino
def test_a_network_that_openvino_does_not_know_is_carried_out_by_keras():
    image = keras.Input((SIDE_PX, SIDE_PX, 3))
    network = keras.Model(image, ops.erfinv(ops.mean(image, axis=(1, 2)) / 256))
    before = logging.getLogger().level, list(logging.getLogger().filters)
    forward = fast_forward(network)
    assert (logging.getLogger().level, logging.getLogger().filters) == before
    assert forward.engine == "keras"
    assert "Erfinv" in forward.because
    np.testing.assert_allclose(forward(IMAGES), network.predict_on_batch(IMAGES), rtol=0, atol=TOLERANCE)
