"""The same training under another backend: without TensorFlow, resumed exactly, and its file opens in TensorFlow."""

import json

import numpy as np
import pytest

from tests.without_tensorflow import run_under_jax

pytest.importorskip("jax")

SCRIPT = """
import json, shutil
from pathlib import Path
import numpy as np, pandas as pd
from keras import layers
from melanoma.config.train import TrainConfig
from melanoma.data.examples import ExampleSet
from melanoma.models.network import Backbone, Network
from melanoma.training import assemble
from melanoma.training.fit import TrainingRequest, train_network
from melanoma.training.model_file import save_model
from melanoma.training.model_info import ModelInfo

def build(size, weights):
    return keras.Sequential([keras.Input((size, size, 3)), layers.Rescaling(1 / 127.5, -1), layers.Conv2D(4, 3),
        layers.BatchNormalization(), layers.ReLU(), layers.GlobalAveragePooling2D(dtype="float32")], name="tiny")

assemble.find_network = lambda name: Network(name, None, Backbone(build, lambda weights: ""))
folder = Path(sys.argv[1])
truth = np.arange(32) % 2
pixels = (truth[:, None, None, None] * 90 + np.random.default_rng(0).integers(0, 150, (32, 8, 8, 3))).astype(np.uint8)
rows = pd.DataFrame({"image_id": range(32), "diagnosis": np.array(["melanoma", "nevus"])[truth],
                     "origin": "original", "shard": 0, "row": range(32)})
config = TrainConfig(network="tiny", method="finetune", frozen_epochs=1, epochs=3, batch_size=8, augment=0.5, ema=0.9,
                     optimizer="adamw", weight_decay=0.01, schedule="cosine", loss="logit_adjusted", views=4)
examples = ExampleSet(rows[:24], {("original", 0): pixels}), ExampleSet(rows[24:], {("original", 0): pixels})

def train(bench, tell):
    return train_network(TrainingRequest(*examples, ["melanoma", "nevus"], config, "float32", 5, bench), tell)

def leave_behind(text, share):
    if text.startswith("epoch 2/"):
        shutil.copytree(folder / "bench", folder / "killed")

whole, again = train(folder / "bench", leave_behind), train(folder / "killed", lambda text, share: None)
pairs = zip(whole.network.get_weights(), again.network.get_weights(), strict=True)
info = ModelInfo(classes=("melanoma", "nevus"), size_px=8, fit="squash", network="tiny", method="finetune")
save_model(whole.network, folder / "model.keras", info)
np.save(folder / "pixels.npy", pixels)
np.save(folder / "logits.npy", np.asarray(whole.network(pixels.astype("float32"))))
print(json.dumps([keras.backend.backend(), all((a == b).all() for a, b in pairs), whole.history == again.history]))
"""


def test_under_jax_it_trains_without_tensorflow_resumes_exactly_and_predicts_the_same_under_tensorflow(tmp_path):
    from melanoma.training.model_file import load_model

    assert json.loads(run_under_jax(SCRIPT, tmp_path).splitlines()[-1]) == ["jax", True, True]
    model = load_model(tmp_path / "model.keras").network
    found = np.asarray(model(np.load(tmp_path / "pixels.npy").astype(np.float32)))
    assert found == pytest.approx(np.load(tmp_path / "logits.npy"), abs=1e-4)
