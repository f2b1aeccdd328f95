"""The same code under JAX: the tests of models and training pass, TensorFlow stays out, and a model moves across."""

import sys

import numpy as np
import pytest

from tests.without_tensorflow import run_under_jax

pytestmark = pytest.mark.xdist_group("tensorflow")
# Networks, and all that a training consists of; but not the switch of TensorFlow's own determinism.
TESTS = (
    *(f"tests/unit/training/test_{name}.py" for name in ("augment", "losses", "optimizer", "phases", "member", "fit")),
    *(f"tests/unit/models/test_{name}.py" for name in ("networks", "grad_cam")),
    "-k",
    "not determinism_is_switched",
)
TOLERANCE = 1e-4

RUN_TESTS = """
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
"""

TRAIN_AND_PREDICT = """
from pathlib import Path
import numpy as np
import pandas as pd
from melanoma.config.train import TrainConfig
from melanoma.data.examples import ExampleSet
from melanoma.training.fit import TrainingRequest, train_network
from melanoma.training.model_file import save_model
from melanoma.training.model_info import ModelInfo

folder, network = Path(sys.argv[1]), sys.argv[2]
pixels = np.load(folder / "pixels.npy")
rows = pd.DataFrame({"diagnosis": ["melanoma", "nevus"] * (len(pixels) // 2)})
rows = rows.assign(split="train", origin="original", shard=0, row=range(len(rows)))
examples = ExampleSet(rows, {("original", 0): pixels})
config = TrainConfig(network=network, epochs=2, batch_size=8)
request = TrainingRequest(examples, examples, ["melanoma", "nevus"], config, "float32", 1)
trained = train_network(request, lambda text, share: None).network
info = ModelInfo(classes=("melanoma", "nevus"), size_px=32, fit="squash", network=network, method="scratch")
save_model(trained, folder / "model.keras", info)
np.save(folder / "logits.npy", np.asarray(trained.predict(pixels, verbose=0)))
"""


def test_the_tests_of_models_and_training_pass_under_jax_without_tensorflow():
    assert " passed" in run_under_jax(RUN_TESTS, *TESTS)


def test_a_model_trained_under_jax_predicts_the_same_under_tensorflow(tmp_path):
    from melanoma.training.model_file import load_model

    pixels = np.random.default_rng(1).integers(0, 255, (24, 32, 32, 3), dtype=np.uint8)
    np.save(tmp_path / "pixels.npy", pixels)
    run_under_jax(TRAIN_AND_PREDICT, tmp_path, "cnn_augmented")
    logits = load_model(tmp_path / "model.keras").network.predict(pixels, verbose=0)
    assert "tensorflow" in sys.modules
    np.testing.assert_allclose(logits, np.load(tmp_path / "logits.npy"), atol=TOLERANCE)
