"""A set whose melanomas are a little bluer than its nevi, and models that see that and nothing else."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from melanoma.artifacts.record import Artifact, Made, Recipe
from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.stages.table import BALANCE, EVALUATE, INGEST, SPLIT
from melanoma.training.model_file import save_model
from melanoma.training.model_info import ModelInfo

SIZE_PX = 32
COLOURS = {"melanoma": (120, 110, 140), "nevus": (140, 110, 120)}
SECTIONS = {
    "ingest": {"size_px": SIZE_PX},
    "balance": {"mode": "none"},
    "split": {"validation_share": 0.25, "calibration_share": 0.2},
    "evaluate": {"resamples": 200},
}


def draw_set(root: Path, per_class: int = 15) -> Path:
    """Write grainy pictures of one colour per diagnosis, each of its own lesion; a third are the publisher's test."""
    random, rows = np.random.default_rng(2), []
    for label, colour in COLOURS.items():
        for number in range(per_class):
            name = f"ISIC_{len(rows):07d}"
            path = root / ("Test" if number % 3 == 0 else "Train") / label / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            grainy = np.array(colour) + random.normal(0, 20, (SIZE_PX, SIZE_PX, 1))
            grainy += random.normal(0, 3, (SIZE_PX, SIZE_PX, 3))
            Image.fromarray(grainy.round().clip(0, 255).astype(np.uint8)).save(path)
            rows.append({"isic_id": name, "lesion_id": f"lesion {name}"})
    pd.DataFrame(rows).to_csv(root / "metadata.csv", index=False)
    return root


def colour_network(convolution: bool = True):
    """Return a network whose melanoma score is blue - red at each place, averaged over places."""
    import keras
    from keras import layers

    kernel = np.array([[-1, 1], [0, 0], [1, -1]], dtype=np.float32) / 8
    picture = keras.Input((SIZE_PX, SIZE_PX, 3), name="image")
    if convolution:
        maps = layers.Conv2D(3, 1, use_bias=False, name="colours")
        features = layers.GlobalAveragePooling2D(name="mean")(maps(picture))
        maps.set_weights([np.eye(3, dtype=np.float32).reshape(1, 1, 3, 3)])
    else:
        features, kernel = layers.Flatten(name="flatten")(picture), np.tile(kernel, (SIZE_PX**2, 1)) / SIZE_PX**2
    dense = layers.Dense(2, use_bias=False, name="logits")
    network = keras.Model(picture, dense(features), name="colours" if convolution else "pixels")
    dense.set_weights([kernel])
    return network


def prepare(workshop, audited, root: Path, network=None, **sections) -> tuple[Artifact, ...]:
    """Return the artifacts of ingest, balance, train and evaluate of the coloured set."""
    workshop.config = PipelineConfig.model_validate({**SECTIONS, **sections})
    ingest = workshop.make(INGEST, material=list_sources([root]))
    balance = workshop.make(BALANCE, ingest, workshop.make(SPLIT, ingest, audited(ingest)))
    trained = network or colour_network()

    def write(folder: Path) -> Made:
        info = ModelInfo(classes=tuple(COLOURS), size_px=SIZE_PX, fit="squash", network=trained.name, method="scratch")
        save_model(trained, folder / "model.keras", info)
        (folder / "history.json").write_text(json.dumps({"views": 1}))
        return Made()

    train = workshop.store.obtain(Recipe("train", {"network": trained.name}), write).artifact
    return ingest, balance, train, workshop.make(EVALUATE, ingest, balance, train)
