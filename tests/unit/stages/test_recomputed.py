import copy

import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.evaluate import evaluate_predictions
from melanoma.evaluation.part import all_parts
from melanoma.stages.recomputed import figures_follow
from tests.unit.evaluation.test_compare_models import CLASSES, table
from tests.unit.evaluation.written_run import draw_predictions, measure_predictions, run_record

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


@pytest.fixture(scope="module")
def complete():
    """Predictions and figures in which every part has numbers."""
    rows, _, _ = draw_predictions()
    return rows, measure_predictions(rows)


def places_of(tree):
    """Yield, for every number of a tree, the list or dict that holds it and its place there."""
    for place, item in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if isinstance(item, dict | list):
            yield from places_of(item)
        elif isinstance(item, int | float) and not isinstance(item, bool):
            yield tree, place


def shift(tree):
    """Change every number of a tree, and return how many there are."""
    places = list(places_of(tree))
    for holder, place in places:
        holder[place] += 1e-6
    return len(places)


def test_every_number_that_is_changed_is_told_but_that_of_the_pictures(complete):
    rows, metrics = complete
    assert figures_follow(run_record(), metrics, rows).holds
    forged = copy.deepcopy(metrics)
    assert forged["agreement"].pop("two_sample")
    count = shift([forged["frozen"], forged["splits"], forged["agreement"]])
    assert figures_follow(run_record(), forged, rows).text.startswith(f"{count} of {count} numbers")


@pytest.mark.parametrize("part", ["frozen", "agreement", *(part.name for part in all_parts())])
def test_one_number_that_is_changed_is_named_in_each_part(part, complete):
    rows, metrics = complete
    forged = copy.deepcopy(metrics)
    tree = forged[part] if part in forged else forged["splits"]["test"][part]
    holder, place = next(places_of(tree))
    holder[place] += 1e-6
    found = figures_follow(run_record(), forged, rows)
    assert found.text.startswith("1 of ")
    assert found.offenders[0].startswith(f"{part}." if part in forged else f"test.{part}.")
