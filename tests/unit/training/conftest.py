"""A network that is trained in a moment, and pictures that it can learn."""

import numpy as np
import pandas as pd
import pytest

from melanoma.data.examples import ExampleSet

CLASSES = ["melanoma", "nevus"]


def draw_examples(count, seed, size=8):
    """Dark pictures are melanomas, bright ones are nevi; each fifth pair is of one fold."""
    truth = np.arange(count) % 2
    random = np.random.default_rng(seed)
    pixels = (truth[:, None, None, None] * 90 + random.integers(0, 150, (count, size, size, 3))).astype(np.uint8)
    rows = pd.DataFrame(
        {
            "image_id": [f"{seed}-{number}" for number in range(count)],
            "diagnosis": [CLASSES[code] for code in truth],
            "split": "train",
            "fold": pd.array(np.arange(count) // 2 % 3, dtype="Int64"),
            "origin": "original",
            "shard": 0,
            "row": range(count),
        }
    )
    return ExampleSet(rows, {("original", 0): pixels})


def build_backbone(size, weights):
    import keras
    from keras import layers

    stack = [
        keras.Input((size, size, 3)),
        layers.Rescaling(1 / 127.5, offset=-1),
        layers.Conv2D(4, 3, use_bias=False, name="conv"),
        layers.BatchNormalization(name="norm"),
        layers.ReLU(),
        layers.Dropout(0.2),
        layers.GlobalAveragePooling2D(dtype="float32"),
    ]
    return keras.Sequential(stack, name="tiny_backbone")


def build_whole(shape, config):
    import keras
    from keras import layers

    backbone = build_backbone(shape.size_px, None)
    stack = [
        backbone,
        layers.Dropout(config.dropout, name="dropout"),
        layers.Dense(shape.classes, dtype="float32", name="logits"),
    ]
    return keras.Sequential(stack, name="tiny")


@pytest.fixture
def tiny(monkeypatch):
    """Make `tiny` a network that can be trained in every way, and `headless` one without pretrained weights."""
    from melanoma.models.network import Backbone, Network
    from melanoma.training import assemble

    networks = {
        "tiny": Network("tiny", build_whole, Backbone(build_backbone, lambda weights: "")),
        "headless": Network("headless", build_whole),
    }
    monkeypatch.setattr(assemble, "find_network", networks.__getitem__)


@pytest.fixture
def make_request(tiny):
    """Return a maker of requests for the tiny network."""
    from melanoma.config.train import TrainConfig
    from melanoma.training.member import TrainingRequest

    def make(seed=5, workbench=None, **settings):
        config = TrainConfig(**{"network": "tiny", "epochs": 3, "batch_size": 8, "learning_rate": 0.02, **settings})
        training, validation = draw_examples(24, 1), draw_examples(8, 2)
        return TrainingRequest(training, validation, CLASSES, config, "float32", seed, workbench)

    return make
