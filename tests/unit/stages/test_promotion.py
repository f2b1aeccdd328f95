"""The promotion stage on a tiny network, with a champion that was promoted before."""

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from melanoma.artifacts.record import Recipe
from melanoma.artifacts.store import Made
from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.stages.challenge import Challenge, find_retraining
from melanoma.stages.pixels import open_originals
from melanoma.stages.promote_by_hand import promote_run
from melanoma.stages.table import INGEST, PROMOTION, SPLIT
from tests.tiny_model import SIZE_PX, save_tiny_model, tiny_network

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
RUN = "20260101-000000-aaaaaaaa"
POINT = {"class": "melanoma", "threshold": 0.1, "chosen_on": "validation", "target_sensitivity": 0.95}


@pytest.fixture
def made(workshop, audited, image_folder):
    """The artifacts of a run on the small generated set, and the function that makes them anew."""
    workshop.config = PipelineConfig.model_validate({"ingest": {"size_px": 32}, "evaluate": {"resamples": 100}})

    def make(title="first", perfect=False):
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

    return make


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
    ):
        (folder / name).write_bytes(artifact.path(name).read_bytes())
    record = {"run_id": RUN, "status": "finished", "config": {"split": {"protocol": "grouped"}}}
    (folder / "run.json").write_text(json.dumps({**record, "stages": {"evaluate": {"key": evaluate.key}}}))
    promote_run(home, RUN, "by hand", NOON)
    return find_retraining(home)


def judge(workshop, artifacts, challenge):
    artifact = workshop.carry_out(PROMOTION, *artifacts, material=challenge).artifact
    return artifact, artifact.read_json("decision.json")


def test_the_first_is_judged_by_chance_on_all_its_test_rows(workshop, made):
    artifact, decision = judge(workshop, made(perfect=True), Challenge(None, None))
    assert decision["action"] == "promote"
    assert decision["judged_images"] == 12
    assert "is above chance, 0.167; there is no champion yet" in decision["gates"][0]["sentence"]
    assert "Challenger promoted" in artifact.path("promotion.html").read_text()
    assert decision == artifact.summary


def test_the_same_network_makes_no_difference_and_few_images_do_not_prove_it(workshop, made, image_folder):
    artifacts = made()
    retraining = crown(workshop.store.home, artifacts)
    challenge = retraining.challenge(list_sources([image_folder]))
    _, decision = judge(workshop, artifacts, challenge)
    gates = {gate["gate"]: gate for gate in decision["gates"]}
    assert decision["rows"]["judged"] == 12
    assert decision["rows"]["notes"] == []
    assert decision["changes"]["unchanged"] == 48
    assert gates["balanced_accuracy"]["difference"]["value"] == 0
    assert gates["balanced_accuracy"]["finding"] == "not shown to be not worse"
    assert gates["latency"]["difference"]["n"] == 5
    assert decision["action"] == "refuse"
    assert decision["champion"]["run_id"] == RUN
    assert decision["drift"]["notes"] == ["0 new groups of images are too few to test; 8 are needed"]


def test_test_rows_that_are_new_are_told_and_not_judged(workshop, made, image_folder):
    crown(workshop.store.home, made())
    new = sorted((image_folder / "Train" / "nevus").glob("*.jpg"))
    for number, path in enumerate(new):
        content = bytearray(path.read_bytes())
        content[-3] ^= 1
        (image_folder / "Test" / "nevus" / f"ISIC_{90 + number:07d}.jpg").write_bytes(content)
    retraining = find_retraining(workshop.store.home)
    sources = list_sources([image_folder])
    _, decision = judge(workshop, made("second"), retraining.challenge(sources))
    assert decision["changes"]["new"] == 6
    assert decision["rows"]["judged"] == 12
    assert decision["rows"]["challenger_test"] == 18
    assert decision["rows"]["added"] + decision["rows"]["met"] == 6


def test_a_challenger_that_shares_no_test_row_is_refused_with_the_reason(workshop, made, image_folder):
    crown(workshop.store.home, made())
    for path in image_folder.glob("Test/*/*.jpg"):
        content = bytearray(path.read_bytes())
        content[-3] ^= 1
        path.write_bytes(content)
    retraining = find_retraining(workshop.store.home)
    _, decision = judge(workshop, made("second"), retraining.challenge(list_sources([image_folder])))
    assert decision["action"] == "refuse"
    assert decision["gates"] == []
    assert decision["reason"] == "none of the 12 test images is among the 12 that the champion was judged on"
    assert decision["changes"]["changed"] == 12


def test_new_images_that_look_otherwise_are_told_as_drift(workshop, made, image_folder):
    from PIL import Image

    crown(workshop.store.home, made())
    random = np.random.default_rng(8)
    for number in range(20):
        dark = random.normal(40, 6, (48, 48, 3)).clip(0, 255).astype(np.uint8)
        Image.fromarray(dark).save(image_folder / "Train" / "nevus" / f"ISIC_{70 + number:07d}.jpg")
    retraining = find_retraining(workshop.store.home)
    _, decision = judge(workshop, made("second"), retraining.challenge(list_sources([image_folder])))
    drifted = [test["what"] for test in decision["drift"]["tests"] if test["drifted"]]
    assert "brightness" in drifted
    assert decision["drift"]["notes"][0].startswith(f"drift shown in {', '.join(drifted)}, of ")
    assert "predicted classes" in [test["what"] for test in decision["drift"]["tests"]]


def test_what_the_champion_says_of_images_of_another_size_is_not_asked(workshop, made, image_folder):
    crown(workshop.store.home, made())
    for number, path in enumerate(sorted(image_folder.glob("Train/*/*.jpg"))):
        content = path.read_bytes()
        (image_folder / "Train" / "nevus" / f"ISIC_{70 + number:07d}.jpg").write_bytes(
            content[:-3] + b"!" + content[-2:]
        )
    retraining, artifacts = find_retraining(workshop.store.home), made("second")
    workshop.config = PipelineConfig.model_validate({"ingest": {"size_px": 40}, "evaluate": {"resamples": 100}})
    ingest = workshop.make(INGEST, material=list_sources([image_folder]))
    challenge = retraining.challenge(list_sources([image_folder]))
    _, decision = judge(workshop, (ingest, *artifacts[1:]), challenge)
    assert decision["drift"]["notes"][1] == (
        "predicted classes were not compared: the champion takes images of another size or fit"
    )
