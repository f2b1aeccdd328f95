"""A training that is killed in an epoch goes on after the last finished one, to the weights of an undisturbed one."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Trains the notebook's network with batch normalisation; it says each finished epoch, and rests after one of them.
SCRIPT = """
import hashlib, json, sys, time
from pathlib import Path
import numpy as np, pandas as pd
from melanoma.config.train import TrainConfig
from melanoma.data.examples import ExampleSet
from melanoma.training.fit import TrainingRequest, train_network

bench, rest_after = Path(sys.argv[1]), sys.argv[2]
random = np.random.default_rng(0)
truth = np.arange(24) % 2
pixels = (truth[:, None, None, None] * 90 + random.integers(0, 150, (24, 16, 16, 3))).astype(np.uint8)
rows = pd.DataFrame({"image_id": range(24), "diagnosis": np.array(["melanoma", "nevus"])[truth],
                     "origin": "original", "shard": 0, "row": range(24)})
config = TrainConfig(network="cnn_batchnorm", epochs=3, batch_size=8, augment=0.5, ema=0.9)
examples = ExampleSet(rows[:16], {("original", 0): pixels}), ExampleSet(rows[16:], {("original", 0): pixels})
told = []

def tell(text, share):
    told.append(text)
    if text.startswith(f"epoch {rest_after}/"):
        (bench.parent / "resting").touch()
        time.sleep(60)

trained = train_network(TrainingRequest(*examples, ["melanoma", "nevus"], config, "float32", 5, bench), tell)
weights = b"".join(array.tobytes() for array in trained.network.get_weights())
print(json.dumps([hashlib.sha256(weights).hexdigest(), trained.history, len(told)]))
"""


def start(bench, rest_after="none"):
    command = [sys.executable, "-c", SCRIPT, str(bench), rest_after]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def result_of(process):
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return json.loads(output)


def test_a_training_that_was_killed_comes_to_the_bytes_of_an_undisturbed_one(tmp_path):
    weights, history, epochs = result_of(start(tmp_path / "undisturbed" / "bench"))
    assert epochs == 3
    bench = tmp_path / "killed" / "bench"
    killed = start(bench, rest_after="2")
    deadline = time.monotonic() + 200
    while not (bench.parent / "resting").exists():
        assert killed.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert result_of(start(bench)) == [weights, history, 1]
