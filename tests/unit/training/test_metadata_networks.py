"""Whole networks with metadata: what sex alone tells is learned, resume is exact, and the file is the network."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from melanoma.data.examples import ExampleSet
from melanoma.errors import ConfigError
from melanoma.training.metadata import encode_metadata
from melanoma.training.model_info import ModelInfo
from tests.unit.training.conftest import CLASSES

pytestmark = pytest.mark.xdist_group("tensorflow")
FIELDS = ("age_approx", "sex")
SIDE_PX = 8


def draw_alike(count, seed):
    """Pictures of noise; of each two neighbours, a man's is a melanoma and a woman's is a nevus."""
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "image_id": [f"{seed}-{number}" for number in range(count)],
            "diagnosis": CLASSES * (count // 2),
            "sex": ["male", "female"] * (count // 2),
            "age_approx": random.integers(20, 80, count).astype(float),
            "fold": pd.array(np.arange(count) // 2 % 3, dtype="Int64"),
            "split": "train",
            "origin": "original",
            "shard": 0,
            "row": range(count),
        }
    )
    return ExampleSet(rows, {("original", 0): random.integers(0, 256, (count, SIDE_PX, SIDE_PX, 3), dtype=np.uint8)})


@pytest.fixture
def request_of(make_request):
    """Return a maker of requests for such pictures."""

    def make(metadata=FIELDS, **settings):
        given = {"batch_size": 16, "epochs": 6, "learning_rate": 0.1, "early_stopping": False, **settings}
        request = make_request(metadata=metadata, **given)
        return replace(request, training=draw_alike(64, 1), validation=draw_alike(16, 2))

    return make


def train(request, tell=lambda text, share: None):
    from melanoma.training.fit import train_network

    return train_network(request, tell)


def inputs_of(examples, fields=FIELDS):
    images = examples.images(np.arange(len(examples.rows)))
    return {"image": images, "metadata": encode_metadata(examples.rows, fields)}


def accuracy(network, inputs):
    return (network.predict_on_batch(inputs).argmax(axis=1) == np.arange(40) % 2).mean()


WAYS = {
    "scratch": {"method": "scratch", "augment": 0.5},
    "scratch, views and members": {"method": "scratch", "members": 2, "views": 2},
    "finetune": {"method": "finetune", "frozen_epochs": 2, "augment": 0.5, "views": 2},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_sex_alone_tells_is_learned_and_no_prediction_needs_it(request_of, way):
    trained = train(request_of(**way))
    unseen = draw_alike(40, 3)
    inputs = inputs_of(unseen)
    assert accuracy(trained.network, inputs) == 1
    assert trained.history["metadata"] == list(FIELDS)
    order = np.random.default_rng(4).permutation(40)
    permuted = {name: values[order] for name, values in inputs.items()}
    logits = trained.network.predict_on_batch(inputs)
    np.testing.assert_allclose(trained.network.predict_on_batch(permuted), logits[order], atol=1e-4)
    unknown = inputs | {"metadata": encode_metadata(pd.DataFrame(index=range(40)), FIELDS)}
    assert np.isfinite(trained.network.predict_on_batch(unknown)).all()
    assert accuracy(trained.network, unknown) < 0.8


def test_without_metadata_it_is_not_learned(request_of):
    trained = train(request_of(metadata=()))
    assert accuracy(trained.network, inputs_of(draw_alike(40, 3))["image"]) < 0.8
    assert trained.history["metadata"] == []


@pytest.mark.parametrize("way", ["scratch", "finetune"])
def test_a_training_that_is_cut_off_goes_on_to_the_same_weights(request_of, tmp_path, way):
    class Killed(Exception):
        pass

    def cut_off(text, share):
        if text.startswith("epoch 1/"):
            raise Killed

    settings = {**WAYS[way], "epochs": 2, "early_stopping": True}
    whole = train(request_of(**settings))
    with pytest.raises(Killed):
        train(replace(request_of(**settings), workbench=tmp_path), cut_off)
    told = []
    resumed = train(replace(request_of(**settings), workbench=tmp_path), lambda text, share: told.append(text))
    assert [text.partition(" · ")[0] for text in told] == ["epoch 2/2"]
    assert resumed.history == whole.history
    for one, other in zip(whole.network.get_weights(), resumed.network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_each_epoch_forgets_other_fields_and_validation_none(request_of):
    from melanoma.training.batches import Batches
    from melanoma.training.sampling import Drawing

    examples, drawing = draw_alike(64, 1), Drawing(metadata=FIELDS)
    known = encode_metadata(examples.rows, FIELDS)
    batches = Batches(examples, CLASSES, 64, 5, drawing)

    def metadata_of(epoch):
        batches.begin_epoch(epoch)
        (inputs, _), order = batches[0], batches._order
        assert (inputs["image"] == examples.images(order)).all()
        return inputs["metadata"][np.argsort(order)]

    first, second = metadata_of(0), metadata_of(1)
    assert (first != second).any()
    assert (metadata_of(0) == first).all()
    assert ((first == known).all(axis=1)).mean() == pytest.approx(0.8**2, abs=0.2)
    watched = Batches(examples, CLASSES, 64, drawing=drawing)
    watched.begin_epoch(3)
    assert (watched[0][0]["metadata"] == known).all()


@pytest.mark.parametrize("way", ["scratch, views and members", "finetune"])
def test_the_file_and_the_fast_pass_give_what_the_network_gives(request_of, tmp_path, way):
    from melanoma.models.forward import fast_forward
    from melanoma.training.model_file import load_model, save_model

    network = train(request_of(**WAYS[way], epochs=1)).network
    info = ModelInfo(
        classes=tuple(CLASSES), size_px=SIDE_PX, fit="squash", network="tiny", method="scratch", metadata=FIELDS
    )
    save_model(network, tmp_path / "m.keras", info)
    loaded = load_model(tmp_path / "m.keras")
    assert loaded.info == info
    inputs = inputs_of(draw_alike(10, 3))
    expected = network.predict_on_batch(inputs)
    forward = fast_forward(loaded.network)
    for logits in (loaded.network.predict_on_batch(inputs), forward(inputs), *forward.map([inputs])):
        np.testing.assert_allclose(logits, expected, atol=1e-4)


def test_a_network_that_ends_in_no_dense_layer_takes_no_metadata(request_of, monkeypatch):
    import keras
    from keras import layers

    from melanoma.models.network import Network
    from melanoma.training import assemble

    stack = [keras.Input((SIDE_PX, SIDE_PX, 3)), layers.Conv2D(2, 1), layers.GlobalAveragePooling2D()]
    flat = Network("flat", lambda shape, config: keras.Sequential(stack, name="flat"))
    monkeypatch.setattr(assemble, "find_network", lambda name: flat)
    with pytest.raises(ConfigError, match=r"^train\.metadata: flat ends in no dense layer that could take them"):
        train(request_of(method="scratch"))


def test_in_mixed_precision_no_age_is_rounded(request_of):
    trained = train(replace(request_of(method="scratch", epochs=1), precision="mixed_bfloat16")).network
    ages = pd.DataFrame({"age_approx": np.arange(60, 62, 1 / 8)})  # 1/800 apart; of bfloat16 it would be 1/256
    image = np.full((16, SIDE_PX, SIDE_PX, 3), 100, dtype=np.uint8)
    logits = trained.predict_on_batch({"image": image, "metadata": encode_metadata(ages, FIELDS)})
    assert len(np.unique(logits[:, 0])) == 16
