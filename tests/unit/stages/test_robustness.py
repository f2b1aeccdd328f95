"""A network that looks at colour alone falls under a colour cast and not under a rotation."""

import pandas as pd
import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.stages.table import ROBUSTNESS
from tests.unit.stages.coloured_set import SECTIONS, draw_set, prepare

pytestmark = pytest.mark.xdist_group("tensorflow")
CAST, ROTATION = {"name": "colour_cast", "strength": 0.2}, {"name": "rotation", "strength": 12}
UNCHANGED = {"name": "brightness", "strength": 1}


@pytest.fixture
def try_out(workshop, audited, tmp_path):
    """Return a function that carries out the stage with some settings."""
    made = prepare(workshop, audited, draw_set(tmp_path / "set"))

    def run(**settings):
        workshop.config = PipelineConfig.model_validate({**SECTIONS, "robustness": settings})
        return workshop.carry_out(ROBUSTNESS, *made).artifact

    return run


def test_a_network_that_looks_at_colour_falls_under_a_cast_and_not_under_a_rotation(try_out):
    record = try_out(perturbations=[CAST, ROTATION, UNCHANGED]).read_json("robustness.json")
    assert record["images"] == record["of"] == 10
    assert record["unchanged"]["balanced_accuracy"]["value"] == 1
    drops = [
        {name: entry["drop"]["value"] for name, entry in one["metrics"].items()} for one in record["perturbations"]
    ]
    # Red rises and blue falls: every melanoma looks like a nevus, and no nevus like a melanoma.
    assert (drops[0]["accuracy"], drops[0]["balanced_accuracy"], drops[0]["melanoma_auroc"]) == (0.5, 0.5, 0)
    assert drops[0]["operating_point_sensitivity"] == record["unchanged"]["operating_point_sensitivity"]["value"] > 0
    # A turn takes the corners away, so that a score next to the threshold may cross it; no picture changes sides.
    assert {name: drop for name, drop in drops[1].items() if name != "operating_point_sensitivity"} == dict.fromkeys(
        ("accuracy", "balanced_accuracy", "melanoma_auroc"), 0
    )
    assert set(drops[2].values()) == {0}
    assert [one["other_prediction"] for one in record["perturbations"]] == [5, 0, 0]


def test_the_unchanged_figures_are_those_of_the_evaluation(try_out, workshop):
    artifact = try_out(perturbations=[UNCHANGED])
    (evaluate,) = (workshop.store.folder("evaluate", "").parent / "evaluate").iterdir()
    predictions = pd.read_parquet(evaluate / "predictions.parquet")
    test = predictions[predictions["split"] == "test"]
    unchanged = artifact.read_json("robustness.json")["unchanged"]
    assert unchanged["accuracy"]["value"] == (test["predicted"] == test["diagnosis"]).mean()


def test_it_is_the_same_each_time(try_out):
    first, again = (try_out(images=most, perturbations=[CAST]) for most in (500, 501))
    assert first.key != again.key
    assert first.digest == again.digest


def test_fewer_images_are_drawn_where_fewer_are_asked_for_and_the_summary_is_a_table_of_drops(try_out):
    artifact = try_out(images=4, perturbations=[CAST])
    record, (row,) = artifact.read_json("robustness.json"), artifact.summary["drops"]
    assert row["perturbation"] == "Colour cast +20 %"
    assert row["accuracy"].startswith("0.500 [")
    assert (record["images"], record["of"], record["classes"]) == (4, 10, {"melanoma": 2, "nevus": 2})


def test_the_model_that_evaluation_has_opened_is_not_opened_again(try_out, monkeypatch):
    monkeypatch.setattr("melanoma.stages.opened_model.load_model", None)
    assert try_out(perturbations=[UNCHANGED]).read_json("robustness.json")["images"] == 10


def test_switched_off_it_says_so_and_loads_no_model(try_out, monkeypatch):
    monkeypatch.setattr("melanoma.stages.opened_model.open_trained", None)
    artifact = try_out(enabled=False)
    assert artifact.read_json("robustness.json") == {"enabled": False}
    assert artifact.summary["drops"] == []
