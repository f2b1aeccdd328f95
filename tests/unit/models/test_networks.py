"""Networks have the sizes that they state, augment in training only, and are found by name."""

import numpy as np
import pytest

from melanoma.config.train import TrainConfig
from melanoma.errors import ConfigError
from melanoma.models.catalog import find_network, network_names, require_network

pytestmark = pytest.mark.xdist_group("tensorflow")

# 3x3 convolutions 3-16-32-64 with bias, 22 x 22 x 64 units flattened into 128, then 9 logits
PLAIN = (3 * 9 * 16 + 16) + (16 * 9 * 32 + 32) + (32 * 9 * 64 + 64) + (22 * 22 * 64 * 128 + 128) + (128 * 9 + 9)
NORMALISATION = 4 * (16 + 32 + 64)
WIDE = (3 * 9 * 64 + 64) + (64 * 9 * 128 + 128) + (128 * 9 * 256 + 256) + (22 * 22 * 256 * 128 + 128) + (128 * 9 + 9)
FROM_SCRATCH = ["cnn", "cnn_augmented", "cnn_batchnorm", "cnn_dropout", "cnn_wide", "resnet_small"]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("cnn", PLAIN),
        ("cnn_augmented", PLAIN),
        ("cnn_batchnorm", PLAIN + NORMALISATION),
        ("cnn_dropout", PLAIN),
        ("cnn_wide", WIDE),
    ],
)
def test_a_network_of_the_ladder_has_the_notebooks_number_of_parameters(name, parameters):
    from melanoma.models.network import Shape

    network = find_network(name).build(Shape(180, 9), TrainConfig(network=name))
    assert PLAIN == 3_989_801
    assert network.count_params() == parameters
    assert network.output_shape == (None, 9)


def test_the_residual_network_has_as_many_parameters_at_any_size():
    from melanoma.models.network import Shape

    convolutions = 3 * 49 * 32 + 2 * 9 * 32 * 32  # the stem and the block that keeps its size
    norms = 3 * 32
    for before, after in ((32, 64), (64, 128), (128, 256)):  # two 3x3 convolutions and a short cut of 1x1
        convolutions += 9 * before * after + 9 * after * after + before * after
        norms += 3 * after
    for size_px in (32, 48):
        network = find_network("resnet_small").build(Shape(size_px, 9), TrainConfig())
        assert network.count_params() == convolutions + 4 * norms + 256 * 9 + 9 == 1_235_433


@pytest.mark.parametrize("name", ["cnn_dropout", "resnet_small"])
def test_dropout_takes_its_share_from_the_configuration(name):
    from melanoma.models.network import Shape

    network = find_network(name).build(Shape(48, 3), TrainConfig(dropout=0.35))
    assert network.get_layer("dropout").rate == 0.35


@pytest.mark.parametrize("name", FROM_SCRATCH)
def test_logits_are_float32_in_mixed_precision(name, mixed_precision):
    import keras

    from melanoma.models.network import Shape

    network = find_network(name).build(Shape(48, 3), TrainConfig())
    assert network.compute_dtype == "bfloat16"
    logits = network(np.zeros((1, 48, 48, 3), dtype=np.uint8))
    assert (logits.shape, keras.backend.standardize_dtype(logits.dtype)) == ((1, 3), "float32")


def test_augmentation_acts_in_training_only(tmp_path):
    from melanoma.models.network import Shape

    random = np.random.default_rng(1)
    plain, augmented = (find_network(name).build(Shape(48, 3), TrainConfig()) for name in ("cnn", "cnn_augmented"))
    augmented.set_weights(plain.get_weights())
    augmented.save(tmp_path / "model.keras")
    images = random.integers(0, 256, (4, 48, 48, 3), dtype=np.uint8)
    expected = _logits(plain, images)
    assert (_logits(augmented, images) == expected).all()
    assert (_logits(_load(tmp_path / "model.keras"), images) == expected).all()
    assert (abs(_logits(augmented, images, training=True) - expected).max(axis=1) > 0).all()


def test_augmentation_moves_what_a_picture_shows_and_takes_it_from_nowhere_else(mixed_precision):
    import keras

    from melanoma.models.blocks import augment_block

    keras.utils.set_random_seed(1)
    images = np.zeros((64, 48, 48, 3), dtype=np.float32)
    images[:, 8:12, 24:28] = 0.75  # a patch 14 pixels above the middle, half a pixel to the right of it
    moved = keras.Sequential(augment_block())(images, training=True)
    assert keras.backend.standardize_dtype(moved.dtype) == "float32"
    pictures = keras.ops.convert_to_numpy(moved)[..., 0]
    rows, columns = np.mgrid[:48, :48] - 23.5
    weight = pictures.sum(axis=(1, 2))
    x, y = (pictures * columns).sum(axis=(1, 2)) / weight, (pictures * rows).sum(axis=(1, 2)) / weight
    turned = np.degrees(np.arctan2(x, -y))
    assert 10 < abs(turned).max() < 36 + np.degrees(3 / 14)
    assert min(turned) < -10
    assert max(turned) > 10
    assert 14 / 1.1 - 1 < np.hypot(x, y).min() < np.hypot(x, y).max() < 14 / 0.9 + 1


def test_the_residual_network_sees_each_picture_mirrored_anew():
    import keras

    from melanoma.models.network import Shape

    keras.utils.set_random_seed(1)
    network = find_network("resnet_small").build(Shape(32, 3), TrainConfig())
    flips = keras.Sequential([network.get_layer(name) for name in ("mirror_left_right", "mirror_up_down")])
    image = np.random.default_rng(1).random((32, 32, 3)).astype(np.float32)
    mirrors = [image, image[::-1], image[:, ::-1], image[::-1, ::-1]]
    shown = keras.ops.convert_to_numpy(flips(np.stack([image] * 64), training=True))
    kinds = [[number for number, mirror in enumerate(mirrors) if (mirror == one).all()] for one in shown]
    assert {tuple(kind) for kind in kinds} == {(0,), (1,), (2,), (3,)}
    assert (keras.ops.convert_to_numpy(flips(image[None], training=False)) == image).all()


def test_a_network_that_does_not_exist_is_refused_with_the_names_of_those_that_do():
    with pytest.raises(
        ConfigError, match=r"train\.network: no network 'resnet'; choose one of: cnn, cnn_augmented, cnn_b"
    ):
        require_network("resnet")


def test_every_file_in_the_room_is_a_network_of_its_name():
    assert [find_network(name).name for name in network_names()] == list(network_names())


@pytest.fixture
def mixed_precision():
    import keras

    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    yield
    keras.mixed_precision.set_global_policy("float32")


def _load(path):
    import keras

    return keras.saving.load_model(path, compile=False, safe_mode=True)


def _logits(network, images, training=False):
    import keras

    return keras.ops.convert_to_numpy(network(images, training=training))


def test_relu_behind_the_pooling_trains_to_the_weights_of_the_notebooks_order():
    import keras
    from keras import layers

    from melanoma.models.blocks import FILTERS, conv_layer, head_block, input_block, pool_layer
    from melanoma.models.network import Shape

    shape = Shape(24, 3)
    as_drawn = [part for filters in FILTERS for part in (conv_layer(filters, "relu"), pool_layer(filters))]
    drawn = keras.Sequential([*input_block(shape), *as_drawn, *head_block(shape)])
    moved = find_network("cnn").build(shape, TrainConfig())
    moved.set_weights(drawn.get_weights())
    images = np.random.default_rng(0).integers(0, 256, (16, 24, 24, 3), dtype=np.uint8)
    for network in (drawn, moved):
        network.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
        network.fit(images, np.arange(16) % 3, batch_size=8, epochs=3, shuffle=False, verbose=0)
    assert any(isinstance(layer, layers.ReLU) for layer in moved.layers)
    for mine, theirs in zip(moved.get_weights(), drawn.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-6)
