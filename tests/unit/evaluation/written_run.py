"""A run's folder with figures in every part of `metrics.json`, written without a run."""

import json

import numpy as np
import pandas as pd

from melanoma.config.evaluate import EvaluateConfig
from melanoma.data.measures.appearance import COLUMNS
from melanoma.evaluation.agreement import AgreementRequest, explain_agreement
from melanoma.evaluation.evaluate import evaluate_predictions

CLASSES = ("actinic keratosis", "basal cell carcinoma", "melanoma", "nevus", "vascular lesion")
CONFIG = EvaluateConfig(resamples=100)
SEED = 5
SPLITS = ("train", "validation", "calibration", "test")


def draw_manifest(images=600):
    """Return images of lesions that have one to three of them, with gaps in what is known of the patients."""
    random = np.random.default_rng(1)
    lesions = np.sort(random.integers(images // 2, size=images))
    of_lesion = random.choice(len(CLASSES), size=images, p=[0.05, 0.1, 0.3, 0.4, 0.15])
    return pd.DataFrame(
        {
            "image_id": [f"image {n}" for n in range(images)],
            "group_id": [f"lesion {n}" for n in lesions],
            "diagnosis": np.array(CLASSES)[of_lesion[lesions]],
            "sex": random.choice(np.array(["female", "male", None], dtype=object), size=images),
            "age_approx": np.where(random.random(images) < 0.1, np.nan, random.integers(4, 18, images) * 5.0),
            "anatom_site_general": random.choice(np.array(["torso", "head/neck", "lower extremity"]), size=images),
            "fitzpatrick_skin_type": random.choice(np.array(["I", "II", "III", "VI", None], dtype=object), size=images),
            "source": random.choice(np.array(["ham/rosendahl", "isic"]), size=images),
            "attribution": [f"clinic {n}" if n < 30 else None for n in random.integers(60, size=images)],
        }
    )


def draw_examples(manifest, copies):
    """Return the images, of which some lesions are in two splits; and copies, of which the manifest knows nothing."""
    random = np.random.default_rng(2)
    lesions = manifest["group_id"].unique()
    split = pd.Series(random.choice(SPLITS, size=len(lesions), p=[0.2, 0.25, 0.3, 0.25]), index=lesions)
    own = split.loc[manifest["group_id"]].to_numpy()
    astray = (np.arange(len(own)) % 4 == 0) & (own == "test")
    originals = manifest.assign(split=np.where(astray, "train", own), parent_id=None)
    parents = originals.sample(copies, random_state=3)
    made = parents.assign(parent_id=parents["image_id"], image_id=[f"copy {n}" for n in range(copies)])
    return pd.concat([originals, made.assign(split=random.choice(SPLITS, size=copies))], ignore_index=True)


def draw_measures(count):
    """Return what pictures look like: levels of grey and shares that go together."""
    random = np.random.default_rng(7)
    light = random.normal(size=count)
    scale = [60 if name in ("brightness", "contrast", "sharpness") or "border" in name else 0.2 for name in COLUMNS]
    return {name: s * (2 + light + random.normal(size=count)) for name, s in zip(COLUMNS, scale, strict=True)}


def draw_predictions(copies=0):
    """Return predictions with many equal probabilities, the examples they are of, and the manifest."""
    manifest = draw_manifest()
    examples = draw_examples(manifest, copies)
    rows = examples[examples["split"] != "train"].reset_index(drop=True)
    random = np.random.default_rng(4)
    actual = rows["diagnosis"].to_numpy()[:, None] == np.array(CLASSES)
    weights = np.exp(1.5 * random.normal(size=actual.shape) + 2 * actual)
    chances = random.multinomial(100, weights / weights.sum(axis=1, keepdims=True)) / 100
    taught = set(examples.loc[examples["split"] == "train", "group_id"])
    rows = rows.assign(
        predicted=np.array(CLASSES)[chances.argmax(axis=1)],
        has_relative=rows["group_id"].isin(taught),
        **{f"probability:{name}": chances[:, c] for c, name in enumerate(CLASSES)},
        **draw_measures(len(rows)),
    )
    return rows, examples, manifest


def measure_predictions(rows):
    """Return `metrics.json` as evaluate makes it."""
    statistics = pd.DataFrame(np.random.default_rng(6).normal(size=(len(rows), 3)), index=rows["image_id"])
    agreement = explain_agreement(AgreementRequest(rows, statistics, CLASSES), CONFIG, SEED)
    return {**evaluate_predictions(rows, CLASSES, CONFIG, SEED), "agreement": agreement}


def run_record():
    """Return what `run.json` says of the evaluation."""
    return {"run_id": "a", "seed": SEED, "config": {"evaluate": CONFIG.model_dump(mode="json")}}


def write_run(folder, copies=0):
    """Write the files that figures follow from, and return `metrics.json`."""
    rows, examples, manifest = draw_predictions(copies)
    metrics = measure_predictions(rows)
    rows.to_parquet(folder / "predictions.parquet")
    examples.to_parquet(folder / "examples.parquet")
    manifest.to_parquet(folder / "manifest.parquet")
    (folder / "run.json").write_text(json.dumps(run_record()))
    (folder / "metrics.json").write_text(json.dumps(metrics))
    return metrics
