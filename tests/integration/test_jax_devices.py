"""Several devices share each batch: as if one had trained, a remainder included, and each has done its part."""

import json

import numpy as np
import pytest

from tests.without_tensorflow import run_under_jax

pytest.importorskip("jax")
pytestmark = pytest.mark.xdist_group("devices")
DEVICES = 4
VIRTUAL = f"--xla_force_host_platform_device_count={DEVICES}"

# Training rows leave a remainder of 2 of 4 devices in an epoch of four batches, validation rows one of 1 in two.
SCRIPT = """
import json, shutil
from pathlib import Path
import jax, numpy as np, pandas as pd
from keras import layers
from melanoma.config.train import TrainConfig
from melanoma.data.examples import ExampleSet
from melanoma.errors import ConfigError, ModelError
from melanoma.models.network import Backbone, Network, Shape
from melanoma.training import assemble
from melanoma.training.devices import require_devices
from melanoma.training.fit import TrainingRequest, train_network
from melanoma.training.head_kind import HeadRequest, Labelled
from melanoma.training.heads.mlp import fit_mlp
from melanoma.training.precision import choose_precision
from melanoma.training.sampling import order_epoch
from melanoma.training.standard_features import measure_standard

CLASSES, SIZE, ALL = ["melanoma", "nevus"], 8, int(sys.argv[2])
SCRATCH = dict(method="scratch", augment=0.5, ema=0.9, optimizer="adamw", weight_decay=0.01, class_weights="balanced")
seen = set()

def note(images):
    def take(sharding):
        seen.add((images.shape[0], sharding.shard_shape(images.shape)[0], len(sharding.device_set)))
    jax.debug.inspect_array_sharding(images, callback=take)

class Watched(layers.Layer):
    def call(self, images):
        if isinstance(images, jax.Array):
            note(images)
        return images / 127.5 - 1

def build(size, weights):
    return keras.Sequential([keras.Input((size, size, 3)), Watched(), layers.Conv2D(4, 3, use_bias=False),
        layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.2),
        layers.GlobalAveragePooling2D(dtype="float32")], name="tiny")

def build_whole(shape, config):
    return keras.Sequential([build(shape.size_px, None), layers.Dense(shape.classes, dtype="float32")], name="whole")

assemble.find_network = lambda name: Network(name, build_whole, Backbone(build, lambda weights: ""))
folder = Path(sys.argv[1])
truth = np.arange(64) % 2
noise = np.random.default_rng(0).integers(0, 150, (64, SIZE, SIZE, 3))
pixels = (truth[:, None, None, None] * 90 + noise).astype(np.uint8)
rows = pd.DataFrame({"image_id": range(64), "diagnosis": np.array(CLASSES)[truth], "origin": "original", "shard": 0,
                     "row": range(64)})

def examples(first, stop):
    return ExampleSet(rows[first:stop].reset_index(drop=True), {("original", 0): pixels})

def train(devices, images=26, bench=None, tell=lambda text, share: None, **settings):
    seen.clear()
    sizes = dict(epochs=3, learning_rate=0.01, batch_size=8, views=1)
    config = TrainConfig(network="tiny", devices=devices, **sizes, **settings)
    request = TrainingRequest(examples(0, images), examples(50, 59), CLASSES, config, "float32", 5, bench)
    return train_network(request, tell)

def train_both(bench=None, tell=lambda text, share: None, **settings):
    one = train(1, **settings)
    on_one = sorted(seen)
    several = train(ALL, bench=bench, tell=tell, **settings)
    weights = zip(one.network.get_weights(), several.network.get_weights(), strict=True)
    return several, {"one": one.history["epochs"], "several": several.history["epochs"], "on one": on_one,
                     "on several": sorted(seen), "weights": [float(np.abs(a - b).max()) for a, b in weights]}

def leave_behind(text, share):
    if text.startswith("epoch 2/"):
        shutil.copytree(folder / "bench", folder / "killed")

def same(one, other):
    weights = zip(one.network.get_weights(), other.network.get_weights(), strict=True)
    return one.history == other.history and all((a == b).all() for a, b in weights)

def fit_head(devices):
    drawn = np.random.default_rng(3).normal(truth[:26, None], 1, (2, 26, 5)).astype("float32")
    config = TrainConfig(network="tiny", method="head", head={"kind": "mlp"}, epochs=2, batch_size=8, devices=devices)
    labelled = Labelled(drawn, truth[:26].astype(np.intp))
    kept = np.ones(26, dtype=bool)
    request = HeadRequest(labelled, kept, labelled, measure_standard(labelled.flat), 2, config, 5)
    fitted = fit_mlp(request, lambda text, share: None)
    return {"steps": fitted.steps, "weights": [array.tolist() for array in fitted.network.get_weights()]}

def time_precision():
    seen.clear()
    ticks = iter(range(100))
    config = TrainConfig(network="tiny", method="scratch", batch_size=8, devices=ALL)
    return choose_precision(config, Shape(SIZE, 2), lambda: float(next(ticks))), sorted(seen)

def break_last_batch():
    gather, last = ExampleSet.images, order_epoch(truth[:26], "none", 5, 0)[-1]
    spoil = lambda self, at: gather(self, at) * np.where(at == last, np.nan, 1.0)[:, None, None, None]
    ExampleSet.images = spoil
    return refusal(lambda: train(ALL, method="scratch"))

def refusal(work):
    try:
        work()
    except (ConfigError, ModelError) as problem:
        return str(problem)

several, scratch = train_both(folder / "bench", leave_behind, **SCRATCH)
resumed = train(ALL, bench=folder / "killed", **SCRATCH)
given = pixels.astype("float32")
apart = several.network.predict(given, verbose=0) - np.asarray(several.network(given))
print(json.dumps({
    "scratch": scratch,
    "finetune": train_both(method="finetune", frozen_epochs=1, loss="logit_adjusted", schedule="cosine")[1],
    "fewer images than devices": train_both(images=3, method="scratch")[1],
    "resumed": same(several, resumed),
    "after": [keras.distribution.distribution() is None, float(np.abs(apart).max())],
    "heads": [fit_head(1), fit_head(ALL)],
    "timed": time_precision(),
    "too many": refusal(lambda: require_devices(ALL + 1)),
    "broken": break_last_batch(),
}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    printed = run_under_jax(SCRIPT, tmp_path_factory.mktemp("devices"), DEVICES, XLA_FLAGS=VIRTUAL)
    return json.loads(printed.splitlines()[-1])


@pytest.mark.parametrize("way", ["scratch", "finetune", "fewer images than devices"])
def test_several_devices_come_to_what_one_comes_to(told, way):
    one, several = told[way]["one"], told[way]["several"]
    assert len(one) == 3
    for alone, shared in zip(one, several, strict=True):
        assert shared == pytest.approx(alone, rel=1e-5, abs=1e-6)
    assert max(told[way]["weights"]) < 1e-4


def test_each_device_takes_its_share_of_a_batch_and_of_a_remainder_the_whole(told):
    """Of batches of 8 in training, 2 in its last and 1 in the last of validation: images, images a device, devices."""
    assert told["scratch"]["on one"] == [[1, 1, 1], [2, 2, 1], [8, 8, 1]]
    assert told["scratch"]["on several"] == [[1, 1, 4], [2, 2, 4], [8, 2, 4]]
    assert [3, 3, 4] in told["fewer images than devices"]["on several"]


def test_a_training_on_several_devices_goes_on_to_the_same_bytes(told):
    assert told["resumed"]


def test_afterwards_batches_are_not_shared_and_the_network_predicts(told):
    put_back, apart = told["after"]
    assert put_back
    assert apart < 1e-5


def test_several_devices_fit_the_same_perceptron(told):
    one, several = told["heads"]
    for alone, shared in zip(one["steps"], several["steps"], strict=True):
        assert shared == pytest.approx(alone, rel=1e-4)
    for alone, shared in zip(one["weights"], several["weights"], strict=True):
        np.testing.assert_allclose(shared, alone, atol=1e-4)


def test_precision_is_timed_on_the_devices_that_train(told):
    assert told["timed"] == ["float32", [[8, 2, 4]]]  # a clock that ticks alike finds neither faster


def test_more_devices_than_there_are_is_one_line(told):
    assert told["too many"] == "train.devices: 5 asked for, JAX sees 4 (cpu:0, cpu:1, cpu:2, cpu:3); lower it"


def test_a_remainder_whose_loss_is_not_finite_is_named(told):
    assert told["broken"] == "epoch 1, batch 4 of 4: the loss is not finite; lower train.learning_rate"
