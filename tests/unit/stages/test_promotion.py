"""The promotion stage on a tiny network, with a champion that was promoted before."""

import numpy as np
import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.data.sources import list_sources
from melanoma.stages.challenge import Challenge, find_retraining
from melanoma.stages.external_match import ScoredSet
from melanoma.stages.table import INGEST, PROMOTION
from tests.unit.stages.crowned_run import RUN, crown
from tests.unit.stages.external_factory import external_artifact


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


def test_new_images_that_look_otherwise_are_told_as_drift_with_a_figure_each(workshop, made, image_folder):
    from PIL import Image

    crown(workshop.store.home, made())
    random = np.random.default_rng(8)
    for number in range(20):
        dark = random.normal(40, 6, (48, 48, 3)).clip(0, 255).astype(np.uint8)
        Image.fromarray(dark).save(image_folder / "Train" / "nevus" / f"ISIC_{70 + number:07d}.jpg")
    retraining = find_retraining(workshop.store.home)
    artifact, decision = judge(workshop, made("second"), retraining.challenge(list_sources([image_folder])))
    tests = {test["what"]: test for test in decision["drift"]["tests"]}
    assert {"brightness", "features of the champion"} <= {name for name, test in tests.items() if test["drifted"]}
    assert {"predicted classes", "age_approx", "sex", "anatom_site_general"} <= set(tests)
    assert decision["drift"]["notes"][0].startswith("drift shown in ")
    assert artifact.path("promotion.html").read_text().count("<img ") == len(tests)


def test_what_the_champion_makes_of_images_of_another_size_is_not_asked(workshop, made, image_folder):
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
        "predicted classes and features of the champion were not compared: the champion takes images of another size "
        "or fit"
    )


@pytest.mark.parametrize(("champion_right", "action"), [(0.6, "promote"), (0.95, "refuse")])
def test_a_challenger_that_is_worse_elsewhere_is_refused(workshop, made, champion_right, action):
    off = {name: {"enabled": False} for name in ("latency", "calibration", "worst_subgroup", "melanoma_sensitivity")}
    gates = {**off, "balanced_accuracy": {"margin": 0.1}}
    workshop.config = PipelineConfig.model_validate(
        {"ingest": {"size_px": 32}, "evaluate": {"resamples": 100}, "gates": gates}
    )
    artifacts = made()
    retraining = crown(workshop.store.home, artifacts)
    clinic = ScoredSet(
        "clinic",
        external_artifact(workshop.store, "challenger", right=0.8),
        external_artifact(workshop.store, "champion", right=champion_right),
    )
    attic = ScoredSet("attic", reason="no image has a diagnosis of it")
    challenge = Challenge(retraining.champion, None, (clinic, attic))
    # The frozen rows are few: their gate is passed by a margin that no loss exceeds.
    artifact, decision = judge(workshop, made(perfect=True), challenge)
    own, other = (g for g in decision["gates"] if g["gate"] == "balanced_accuracy")
    assert (own["on"], other["on"]) == ("", "clinic")
    assert other["verdict"] == ("passed" if action == "promote" else "failed")
    assert other["difference"]["value"] == pytest.approx(0.8 - champion_right, abs=0.12)
    assert [g["gate"] for g in decision["gates"] if g["on"]].count("latency") == 0
    page = artifact.path("promotion.html").read_text()
    assert "Not judged: no image has a diagnosis of it." in page
    assert "can be nevus or melanoma" in page
    if action == "refuse":
        assert "balanced_accuracy on clinic: " in decision["reason"]
        assert decision["action"] == "refuse"


def test_the_first_challenger_must_beat_chance_elsewhere_too(workshop, made):
    poor = ScoredSet("clinic", external_artifact(workshop.store, "challenger", right=0.3))
    _, decision = judge(workshop, made(perfect=True), Challenge(None, None, (poor,)))
    assert decision["action"] == "refuse"
    assert decision["reason"].startswith("balanced_accuracy on clinic: balanced accuracy 0.")
