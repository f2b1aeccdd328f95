"""Networks of `keras.applications` take pixels as they are, and weights from a file or the hub."""

import importlib
from urllib.error import URLError

import keras
import numpy as np
import pytest

from melanoma.config.train import TrainConfig
from melanoma.errors import ModelError
from melanoma.fingerprint import digest_file
from melanoma.models.applications import application, application_modules, own_scaling
from melanoma.models.network import Shape

pytestmark = pytest.mark.xdist_group("tensorflow")

SIDE_PX = 32
IMAGES = np.random.default_rng(1).integers(0, 256, (2, SIDE_PX, SIDE_PX, 3), dtype=np.uint8)


def test_the_names_are_those_of_keras_own_classes():
    models = {
        name
        for name in dir(keras.applications)
        if callable(getattr(keras.applications, name)) and not name.startswith("_")
    }
    assert set(application_modules()) == models
    assert {"MobileNetV2", "ResNet50", "EfficientNetV2S"} <= models


@pytest.mark.parametrize("name", sorted(application_modules()))
def test_own_scaling_is_what_keras_does_to_the_pixels_of_each_network(name):
    module = importlib.import_module(f"keras.applications.{application_modules()[name]}")
    scale, offset, reverses = own_scaling(name)
    ours = IMAGES[..., :: -1 if reverses else 1] * np.array(scale) + np.array(offset)
    np.testing.assert_allclose(ours, module.preprocess_input(IMAGES.astype(np.float32)), atol=1e-4)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Return a file of weights of MobileNet without its top, and their network."""
    body = keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(SIDE_PX, SIDE_PX, 3), pooling="avg"
    )
    path = tmp_path_factory.mktemp("weights") / "mobilenet.weights.h5"
    body.save_weights(path)
    return path, body


def test_weights_of_a_file_give_their_networks_features_from_plain_pixels(weights):
    path, body = weights
    backbone = application("MobileNet").backbone
    features = backbone.build(SIDE_PX, str(path)).predict_on_batch(IMAGES)
    expected = body.predict_on_batch(keras.applications.mobilenet.preprocess_input(IMAGES.astype(np.float32)))
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, expected, atol=1e-5)
    assert backbone.weights_digest(str(path)) == digest_file(path)
    assert backbone.weights_digest(None) == "MobileNet imagenet"


def test_a_network_that_takes_blue_first_can_be_saved_and_read_again(weights, tmp_path, monkeypatch):
    path, _ = weights
    monkeypatch.setattr(
        "melanoma.models.applications.own_scaling", lambda _: ([1.0] * 3, [-104.0, -117.0, -124.0], True)
    )
    network = application("MobileNet").backbone.build(SIDE_PX, str(path))
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(again.predict_on_batch(IMAGES), network.predict_on_batch(IMAGES))
    scaled = keras.Model(network.input, network.get_layer("rescale").output).predict_on_batch(IMAGES)
    np.testing.assert_allclose(scaled, IMAGES[..., ::-1] - np.array([104.0, 117.0, 124.0]), atol=1e-4)


def test_the_whole_network_has_random_weights_dropout_and_float32_logits():
    network = application("MobileNet").build(Shape(SIDE_PX, 5), TrainConfig(dropout=0.35))
    assert network.output_shape == (None, 5)
    assert network.get_layer("dropout").rate == 0.35
    assert network.get_layer("logits").compute_dtype == "float32"


def test_a_file_that_does_not_fit_is_refused(tmp_path):
    other = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save_weights(other)
    for path in (other, tmp_path / "absent.weights.h5"):
        with pytest.raises(ModelError, match=rf"train\.weights: .*{path.name} does not fit MobileNet without its top"):
            application("MobileNet").backbone.build(SIDE_PX, str(path))
    with pytest.raises(
        ModelError, match=r"train\.weights: .*absent.* cannot be read; give a file of MobileNet's weights"
    ):
        application("MobileNet").backbone.weights_digest(str(tmp_path / "absent.weights.h5"))


def test_a_hub_that_is_out_of_reach_is_said_with_the_way_around_it(monkeypatch, tmp_path, capsys):
    def refuse(*_):
        raise URLError("no route to host")

    monkeypatch.setattr("keras.src.utils.io_utils.is_interactive_logging_enabled", lambda: True)

    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", refuse)
    monkeypatch.setattr("keras.src.backend.config.keras_home", lambda: str(tmp_path))
    monkeypatch.setattr("keras.src.utils.file_utils.config.keras_home", lambda: str(tmp_path))
    with pytest.raises(
        ModelError, match=r"weights of MobileNet cannot be fetched \(.*no route to host\); give them as train\.weights"
    ):
        application("MobileNet").backbone.build(SIDE_PX, None)
    told = capsys.readouterr()
    assert told.out == ""
    assert "Downloading data" in told.err


def test_images_that_are_too_small_for_a_network_are_refused():
    with pytest.raises(
        ModelError, match=r"InceptionV3 cannot be built for 32 pixels \(.*75.*\); change ingest\.size_px"
    ):
        application("InceptionV3").build(Shape(SIDE_PX, 5), TrainConfig())
