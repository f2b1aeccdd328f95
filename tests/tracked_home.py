"""A run as a home keeps it, with known numbers and a model file that no network has to be built for."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from melanoma.artifacts.record import Made, Recipe
from melanoma.artifacts.store import ArtifactStore
from melanoma.config.pipeline import PipelineConfig
from tests.sealed_run import seal_files

STARTED = "2026-11-25T08:00:00+00:00"
HISTORY = {
    "epochs": [
        {"epoch": 1, "loss": 0.8, "val_loss": 1.1, "l2": None},
        {"epoch": 2, "loss": 0.5, "val_loss": 0.9, "l2": None},
    ]
}
METRICS = {
    "splits": {
        "validation": {"metrics": {"accuracy": {"value": 0.75, "ci95": [0.5, 1.0]}}},
        "test": {"metrics": {"accuracy": {"value": 0.5, "ci95": [0.25, 0.75]}}},
    }
}


def make_run(home: Path, run_id: str, weights: str = "w", **about: Any) -> Path:
    """Leave a finished run.

    Args:
        home: The home.
        run_id: Its id.
        weights: What its model's weights are; another text makes another model.
        **about: Values of its record beside or instead of the usual.

    Returns:
        Its folder.
    """
    folder = home / "runs" / run_id
    folder.mkdir(parents=True)
    recipe = Recipe("train", {"weights": weights})
    train = ArtifactStore(home).obtain(recipe, lambda room: _build(room, weights)).artifact
    write_model(folder / "model.keras", weights)
    for name, text in (("metrics.json", json.dumps(METRICS)), ("report.html", "<p>"), ("MODEL_CARD.md", "# Card")):
        (folder / name).write_text(text)
    pd.DataFrame({"split": ["test"], "sha256": ["1"], "pixel_sha256": ["2"], "diagnosis": ["nevus"]}).assign(
        isic_id=None
    ).to_parquet(folder / "manifest.parquet")
    stages = {
        "train": {"key": train.key, "digest": train.digest},
        "evaluate": seal_files(folder, "evaluate", "metrics.json"),
    }
    usual = {
        "run_id": run_id,
        "status": "finished",
        "data": "/images/skin",
        "data_digest": "0" * 64,
        "config": PipelineConfig().model_dump(mode="json"),
        "versions": {"melanoma": "0.1.0"},
        "flow_run_id": None,
        "started_at": STARTED,
        "stages": stages,
    }
    (folder / "run.json").write_text(json.dumps(usual | about))
    return folder


def write_model(path: Path, weights: str) -> None:
    """Write a file that says what a model says of itself."""
    info = {"classes": ["melanoma", "nevus"], "size_px": 8, "fit": "squash", "network": "tiny", "method": "scratch"}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (
            ("config.json", "{}"),
            ("metadata.json", json.dumps({"melanoma": info})),
            ("model.weights.h5", weights),
        ):
            archive.writestr(zipfile.ZipInfo(name), text)


def _build(room: Path, weights: str) -> Made:
    (room / "history.json").write_text(json.dumps(HISTORY))
    write_model(room / "model.keras", weights)
    return Made()
