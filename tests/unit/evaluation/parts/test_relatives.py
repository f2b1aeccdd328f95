import numpy as np
import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.evaluation.evaluate import evaluate_predictions

CLASSES = ("melanoma", "nevus", "vascular lesion")


def relatives_of(table):
    return evaluate_predictions(table, CLASSES, EvaluateConfig(resamples=200), 1)["splits"]["test"]["relatives"]


def planted(table, related):
    """Let the model be right on every image that has a relative in training."""
    learnt = table.assign(has_relative=related)
    learnt.loc[related, "predicted"] = learnt.loc[related, "diagnosis"]
    for name in CLASSES:
        learnt.loc[related, f"probability:{name}"] = (learnt.loc[related, "diagnosis"] == name).astype(float)
    return learnt


def test_what_a_leak_pretends_is_found(make_predictions):
    table = make_predictions(test=120, strength=0.2)
    related = (table["split"] == "test") & (np.arange(len(table)) % 2 == 0)
    table = planted(table, related)
    found = relatives_of(table)
    tested = table[table["split"] == "test"]
    right = (tested["predicted"] == tested["diagnosis"]).groupby(tested["has_relative"]).mean()
    assert (found["n_with"], found["n_without"]) == (60, 60)
    assert found["accuracy"]["with"]["value"] == right[True] == 1
    assert found["accuracy"]["without"]["value"] == pytest.approx(right[False])
    assert found["accuracy"]["difference"]["value"] == pytest.approx(right[True] - right[False])
    assert found["balanced_accuracy"]["difference"]["ci95"][0] > 0.2


def test_nothing_is_found_where_relatives_are_marked_at_random(make_predictions):
    table = make_predictions(test=120)
    low, high = relatives_of(table.assign(has_relative=np.arange(180) % 4 < 2))["accuracy"]["difference"]["ci95"]
    assert low < 0 < high


@pytest.mark.parametrize(
    ("related", "note"),
    [
        (lambda n: n < 0, "no image has a relative in training"),
        (lambda n: n >= 0, "every image has a relative in training, so that there is nothing to compare with"),
        (lambda n: n >= 171, "too few: under 10 images on one side"),
    ],
)
def test_nothing_to_compare_is_said_in_one_value(make_predictions, related, note):
    found = relatives_of(make_predictions(test=120).assign(has_relative=related(np.arange(180))))
    assert found["note"] == note
    assert "accuracy" not in found


def test_a_table_that_does_not_say_is_told(make_predictions):
    assert relatives_of(make_predictions()) == {"note": "it is not recorded which images have a relative in training"}
