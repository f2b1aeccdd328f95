import copy

import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.stages.recomputed import figures_follow
from tests.unit.evaluation.test_compare_models import CLASSES, table

RECORD = {"run_id": "a", "seed": 5, "config": {"evaluate": {"resamples": 100}}}


@pytest.fixture(scope="module")
def made():
    rows = table(1, 1)
    rows["split"] = ["validation", "test"] * (len(rows) // 2)
    return rows, evaluate_predictions(rows, CLASSES, EvaluateConfig(resamples=100), 5)


def test_every_number_follows_from_the_predictions(made):
    rows, metrics = made
    found = figures_follow(RECORD, metrics, rows)
    assert found.holds
    assert int(found.text.split()[2]) > 100


def test_a_forged_figure_is_named_with_both_values(made):
    rows, metrics = made
    forged = copy.deepcopy(metrics)
    true = metrics["splits"]["test"]["metrics"]["accuracy"]["value"]
    forged["splits"]["test"]["metrics"]["accuracy"]["value"] = true + 1e-6
    found = figures_follow(RECORD, forged, rows)
    assert not found.holds
    assert found.text.startswith("1 of ")
    assert found.offenders[0].startswith(f"test.metrics.accuracy.value: metrics.json says {true + 1e-6:.9g}, ")


def test_a_forged_interval_is_found(made):
    rows, metrics = made
    forged = copy.deepcopy(metrics)
    forged["splits"]["validation"]["per_class"]["melanoma"]["auroc"]["ci95"][0] -= 1e-6
    assert figures_follow(RECORD, forged, rows).offenders[0].startswith("validation.per_class.melanoma.auroc.ci95[0]")


def test_other_predictions_are_found(made):
    rows, metrics = made
    other = table(1, 3).assign(split=rows["split"])
    assert not figures_follow(RECORD, metrics, other).holds


def test_a_figure_that_predictions_do_not_give_is_found(made):
    rows, metrics = made
    forged = copy.deepcopy(metrics)
    forged["splits"]["test"]["metrics"]["invented"] = {"value": 0.5}
    assert figures_follow(RECORD, forged, rows).offenders == (
        "test.metrics.invented.value: metrics.json says 0.5, predictions give none",
    )
