"""What evaluate-data leaves of a set from elsewhere, made without a network."""

import json

import numpy as np
import pandas as pd

from melanoma.artifacts.record import Recipe
from melanoma.artifacts.store import Made

CLASSES = ("melanoma", "nevus", "vascular lesion")
MAPPING = [
    {"diagnosis": "mole", "images": 400, "as": "nevus", "left_out_because": None},
    {"diagnosis": "spot", "images": 5, "as": None, "left_out_because": "can be nevus or melanoma"},
]


def predictions_of(right, size=400, seed=1):
    """Return predictions that are right in a share of rows."""
    random = np.random.default_rng(seed)
    truth = np.arange(size) % len(CLASSES)
    predicted = np.where(random.random(size) < right, truth, (truth + 1) % len(CLASSES))
    chances = np.full((size, len(CLASSES)), 0.1)
    chances[np.arange(size), predicted] = 0.8
    names = [f"image_{n:03d}.jpg" for n in range(size)]
    table = {
        "image_id": names,
        "split": "external",
        "group_id": names,
        "diagnosis": np.array(CLASSES)[truth],
        "predicted": np.array(CLASSES)[predicted],
        "age_approx": 50.0,
        "sex": "female",
        "anatom_site_general": "torso",
    }
    columns = {f"probability:{name}": chances[:, code] for code, name in enumerate(CLASSES)}
    return pd.DataFrame({**table, **columns})


def external_artifact(store, title, right=0.8, change=lambda table: table, notes=()):
    """Return an artifact of evaluate-data whose predictions are changed by a function."""
    table = change(predictions_of(right, seed=len(title)))

    def write(folder):
        table.to_parquet(folder / "predictions.parquet", index=False)
        data = {"mapping": MAPPING, "notes": list(notes)}
        (folder / "metrics.json").write_text(json.dumps({"data": data}))
        return Made()

    return store.obtain(Recipe("evaluate-data", {"title": title, "right": right}), write).artifact
