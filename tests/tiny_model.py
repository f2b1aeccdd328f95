"""A network whose answer is known: it looks at mean colours alone. And a run that might have made it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SIZE_PX = 32
WIDTH = 4.0


def tiny_network(classes: Sequence[str], size_px: int = SIZE_PX) -> Any:
    """Build it: logits are the mean colour, in -1..1, times `tiny_kernel`."""
    import keras
    from keras import layers

    stack = [
        keras.Input((size_px, size_px, 3), name="image"),
        layers.Rescaling(1 / 127.5, offset=-1, name="rescale"),
        layers.GlobalAveragePooling2D(name="mean"),
        layers.Dense(len(classes), use_bias=False, name="logits"),
    ]
    network = keras.Sequential(stack, name="tiny")
    network.layers[-1].set_weights([tiny_kernel(len(classes))])
    return network


def tiny_kernel(classes: int) -> np.ndarray:
    """Return its weights: [3, classes]."""
    return np.random.default_rng(3).normal(0, WIDTH, (3, classes)).astype(np.float32)


def save_tiny_model(path: Path, classes: Sequence[str], **info: Any) -> Path:
    """Write it as a model file."""
    from melanoma.training.model_file import save_model
    from melanoma.training.model_info import ModelInfo

    known = {"size_px": SIZE_PX, "fit": "squash", "network": "tiny", "method": "scratch", **info}
    network = tiny_network(classes, known["size_px"])
    if known.get("metadata"):
        network = beside_metadata(network, known["metadata"])
    save_model(network, path, ModelInfo(classes=tuple(classes), **known))
    return path


def beside_metadata(network: Any, fields: Sequence[Any]) -> Any:
    """Return a network whose logits are another's and, added to them, metadata times `metadata_kernel`."""
    import keras
    from keras import layers

    from melanoma.models.inputs import fresh_inputs, pair_inputs
    from melanoma.training.metadata import columns_of

    columns, classes = len(columns_of(fields)), network.output_shape[-1]
    (image, _), metadata = fresh_inputs(network), keras.Input((columns,), name="metadata")
    added = layers.Dense(classes, use_bias=False, name="of_metadata")
    both = keras.Model(pair_inputs(image, metadata), network(image) + added(metadata), name="told")
    added.set_weights([metadata_kernel(columns, classes)])
    return both


def metadata_kernel(columns: int, classes: int) -> np.ndarray:
    """Return the weights of `beside_metadata`: [columns, classes]."""
    return np.random.default_rng(7).normal(0, 2, (columns, classes)).astype(np.float32)


def make_run(
    home: Path,
    run_id: str,
    classes: Sequence[str],
    manifest: pd.DataFrame,
    threshold: float | None = 0.25,
    metadata: Sequence[str] = (),
) -> Path:
    """Leave the folder of a finished run: its model, the threshold that it froze, and what it was trained on."""
    folder = home / "runs" / run_id
    folder.mkdir(parents=True)
    save_tiny_model(folder / "model.keras", classes, metadata=tuple(metadata))
    point = {"class": "melanoma", "threshold": threshold, "chosen_on": "validation", "target_sensitivity": 0.95}
    frozen: Mapping[str, Any] = {"frozen": {"operating_point": point}}
    missing = {"not_frozen": {"operating_point": "validation has no row of melanoma to choose the threshold on"}}
    (folder / "metrics.json").write_text(json.dumps(missing if threshold is None else frozen))
    (folder / "run.json").write_text(json.dumps({"run_id": run_id, "status": "finished", "stages": {}}))
    manifest.to_parquet(folder / "manifest.parquet")
    return folder
