"""Networks are named, checked and matched to a way of training without Keras."""

import subprocess
import sys
from functools import partial

import numpy as np
import pytest

from melanoma.config.train import TrainConfig
from melanoma.errors import ConfigError
from melanoma.models.catalog import backbone_of, find_network, has_backbone, network_names, parts_of, resolve_method
from melanoma.models.catalog import require_network as require

pytestmark = pytest.mark.xdist_group("tensorflow")

JOINED = "efficientnet_lite0+efficientnet_lite1"


def config_of(network, method="auto", weights=None):
    return TrainConfig(network=network, method=method, weights=weights)


def test_naming_checking_and_matching_import_no_keras():
    code = (
        "import sys\nfrom melanoma.config.train import TrainConfig\n"
        "from melanoma.models.catalog import resolve_method\n"
        f"for name in ('cnn', 'MobileNetV2', {JOINED!r}): print(resolve_method(TrainConfig(network=name)))\n"
        "print([name for name in ('keras', 'tensorflow', 'openvino') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split("\n")[:4] == ["scratch", "head", "head", "[]"]


@pytest.mark.parametrize("name", network_names())
def test_a_network_is_known_to_be_pretrained_exactly_if_it_has_a_backbone(name):
    assert has_backbone(name) == (find_network(name).backbone is not None)


def test_a_network_of_keras_is_known_by_its_class_name_and_has_a_backbone():
    assert has_backbone("ResNet50")
    assert find_network("ResNet50").backbone is not None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mobilenet", "train.network: no network 'mobilenet'; choose one of: cnn, "),
        ("cnn+", "train.network: cnn has no pretrained weights; join only networks that have"),
        ("efficientnet_lite0+nothing", "train.network: no network 'nothing'"),
        ("MobileNet+cnn", "train.network: cnn has no pretrained weights"),
        ("MobileNet+MobileNet", r"train.network: MobileNet\+MobileNet joins a network with itself"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name, message):
    with pytest.raises(ConfigError, match=message):
        require(name)


@pytest.mark.parametrize(
    ("config", "method"),
    [
        (config_of("cnn"), "scratch"),
        (config_of("cnn", "scratch"), "scratch"),
        (config_of("efficientnet_lite0"), "head"),
        (config_of("efficientnet_lite0", "finetune"), "finetune"),
        (config_of("efficientnet_lite0", "scratch"), "scratch"),
        (config_of("MobileNet", weights="w.h5"), "head"),
        (config_of("MobileNet", "finetune", "w.h5"), "finetune"),
        (config_of(JOINED), "head"),
        (config_of(JOINED, "head"), "head"),
    ],
)
def test_a_network_is_trained_as_asked_or_by_what_it_has(config, method):
    assert resolve_method(config) == method


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (config_of("cnn", "head"), "train.method: head needs pretrained weights and cnn has none"),
        (config_of("cnn", "finetune"), "train.method: finetune needs pretrained weights and cnn has none"),
        (config_of(JOINED, "finetune"), "train.method: finetune is not for joined networks"),
        (config_of(JOINED, "scratch"), "train.method: scratch is not for joined networks"),
        (config_of("cnn", weights="w.h5"), "train.weights: cnn takes no file of weights"),
        (config_of("efficientnet_lite0", weights="w.h5"), "train.weights: efficientnet_lite0 takes no file of weights"),
        (
            config_of("MobileNet+ResNet50", weights="w.h5"),
            r"train\.weights: MobileNet\+ResNet50 takes no file of weights",
        ),
        (config_of("MobileNet", "scratch", "w.h5"), "train.weights: scratch begins from random weights"),
        (config_of("nothing"), "train.network: no network 'nothing'"),
    ],
)
def test_what_does_not_fit_together_is_refused(config, message):
    with pytest.raises(ConfigError, match=message):
        resolve_method(config)


def test_a_joined_name_gives_the_names_of_its_parts_and_has_no_whole_network():
    assert parts_of(JOINED) == ("efficientnet_lite0", "efficientnet_lite1")
    with pytest.raises(ConfigError, match=r"has only features; set train\.method to head"):
        find_network(JOINED)


def test_joined_features_are_those_of_the_parts_side_by_side(monkeypatch):
    import keras

    from melanoma.models.network import Backbone, Network

    def build(units, size_px, weights):
        assert weights is None
        image = keras.Input((size_px, size_px, 3))
        features = keras.layers.Dense(units)(keras.layers.GlobalAveragePooling2D()(image))
        built.append(keras.Model(image, features, name=f"of_{units}"))
        return built[-1]

    built = []
    parts = {
        name: Network(name, lambda *_: None, Backbone(partial(build, units), str))
        for units, name in enumerate(parts_of(JOINED), start=2)
    }
    monkeypatch.setattr("melanoma.models.catalog.find_network", parts.get)
    images = np.random.default_rng(1).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    joined = backbone_of(JOINED).build(8, None).predict_on_batch(images)
    assert (joined.shape, joined.dtype) == ((2, 5), np.float32)
    expected = np.concatenate([part.predict_on_batch(images) for part in built], axis=1)
    np.testing.assert_allclose(joined, expected, rtol=1e-5)


def test_weights_are_named_by_what_they_are():
    lite = {name: backbone_of(name).weights_digest(None) for name in (*parts_of(JOINED), JOINED)}
    assert lite["efficientnet_lite0"].startswith("57934424")
    assert len(set(lite.values())) == 3


def test_the_features_of_a_network_without_any_are_refused():
    with pytest.raises(ConfigError, match=r"train\.network: cnn has no pretrained weights; choose one that has"):
        backbone_of("cnn")
