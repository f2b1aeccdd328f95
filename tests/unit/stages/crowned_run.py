"""A run on the small generated set with a tiny network, and its promotion."""

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from melanoma.artifacts.record import Recipe
from melanoma.artifacts.store import Made
from melanoma.data.sources import list_sources
from melanoma.stages.challenge import find_retraining
from melanoma.stages.pixels import open_originals
from melanoma.stages.promote_by_hand import promote_run
from melanoma.stages.table import INGEST, SPLIT
from tests.tiny_model import SIZE_PX, save_tiny_model, tiny_network

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
RUN = "20260101-000000-aaaaaaaa"
POINT = {"class": "melanoma", "threshold": 0.1, "chosen_on": "validation", "target_sensitivity": 0.95}


def make_artifacts(workshop, audited, image_folder, title="first", perfect=False):
    """Return what ingest, split, train and evaluate make of a set."""
    ingest = workshop.make(INGEST, material=list_sources([image_folder]))
    split = workshop.make(SPLIT, ingest, audited(ingest))
    classes = sorted(pd.read_parquet(split.path("manifest.parquet"))["diagnosis"].unique())
    obtain = workshop.store.obtain
    train = obtain(Recipe("train", {"title": title}), lambda folder: _write_model(folder, classes)).artifact
    evaluate = obtain(
        Recipe("evaluate", {"title": title, "split": split.digest}),
        lambda folder: _write_predictions(folder, ingest, split, classes, perfect),
    ).artifact
    return ingest, split, train, evaluate


def _write_model(folder, classes):
    save_tiny_model(folder / "model.keras", classes)
    return Made(made_by={"run_id": RUN})


def _write_predictions(folder, ingest, split, classes, perfect):
    from melanoma.models.forward import fast_forward
    from melanoma.training.model_info import ModelInfo
    from melanoma.training.predict import name_probabilities, predict

    rows = pd.read_parquet(split.path("manifest.parquet"))
    examples = open_originals(ingest, rows[rows["split"].notna() & (rows["split"] != "train")].assign(parent_id=None))
    known = ModelInfo(classes=tuple(classes), size_px=SIZE_PX, fit="squash", network="tiny", method="scratch")
    table = predict(fast_forward(tiny_network(classes)), examples, known)
    if perfect:
        sure = np.eye(len(classes))[[classes.index(name) for name in table["diagnosis"]]]
        table = table.drop(columns=["predicted", *(f"probability:{name}" for name in classes)])
        table = pd.concat([table, name_probabilities(sure, classes)], axis=1)
    table.to_parquet(folder / "predictions.parquet", index=False)
    (folder / "metrics.json").write_text(json.dumps({"frozen": {"operating_point": POINT}}))
    return Made()


def crown(home, artifacts):
    """Leave the run of these artifacts in the home, and promote it."""
    ingest, split, train, evaluate = artifacts
    folder = home / "runs" / RUN
    folder.mkdir(parents=True)
    for artifact, name in (
        (ingest, "quarantine.csv"),
        (split, "manifest.parquet"),
        (train, "model.keras"),
        (evaluate, "metrics.json"),
        (evaluate, "predictions.parquet"),
    ):
        (folder / name).write_bytes(artifact.path(name).read_bytes())
    record = {"run_id": RUN, "status": "finished", "config": {"split": {"protocol": "grouped"}}}
    stages = {artifact.stage: {"key": artifact.key, "digest": artifact.digest} for artifact in (ingest, evaluate)}
    (folder / "run.json").write_text(json.dumps({**record, "stages": stages}))
    promote_run(home, RUN, "by hand", NOON)
    return find_retraining(home)
