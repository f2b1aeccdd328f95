"""A set that the model was not made from is one split, with the threshold that was frozen before."""

import pytest

from melanoma.config.evaluate import EvaluateConfig
from melanoma.errors import ModelError
from melanoma.evaluation.evaluate import evaluate_external
from melanoma.evaluation.part import no_rules, read_rules

CLASSES = ("melanoma", "nevus", "vascular lesion")
CONFIG = EvaluateConfig(resamples=100)
FROZEN = read_rules({"frozen": {"operating_point": {"threshold": 0.4, "target_sensitivity": 0.9}}})


@pytest.fixture
def external(make_predictions):
    return make_predictions(0, 60).assign(split="external")


def test_all_rows_are_one_split_and_the_given_threshold_is_used(external):
    record = evaluate_external(external, CLASSES, CONFIG, 1, FROZEN)
    split = record["splits"]["external"]
    called = external["probability:melanoma"] >= 0.4
    melanoma = external["diagnosis"] == "melanoma"
    assert list(record["splits"]) == ["external"]
    assert split["operating_point"]["threshold"] == 0.4
    assert split["operating_point"]["sensitivity"]["value"] == pytest.approx(called[melanoma].mean())
    assert "optimistic" not in split["operating_point"]["sensitivity"]["method"]


def test_without_a_threshold_the_reason_stands_in_its_place(external):
    split = evaluate_external(external, CLASSES, CONFIG, 1, no_rules("no run"))["splits"]["external"]
    assert "operating_point" not in split
    assert split["not_evaluated"]["operating_point"] == "no run"


def test_an_answer_that_the_set_lacks_is_a_miss_and_no_class_of_the_means(external):
    rows = external[external["diagnosis"] != "vascular lesion"]
    split = evaluate_external(rows, CLASSES, CONFIG, 1, no_rules("no run"))["splits"]["external"]
    recalls = [(rows["predicted"] == name)[rows["diagnosis"] == name].mean() for name in CLASSES[:2]]
    assert (rows["predicted"] == "vascular lesion").any()
    assert split["metrics"]["balanced_accuracy"]["value"] == pytest.approx(sum(recalls) / 2)
    assert split["not_evaluated"]["per_class.vascular lesion.sensitivity"] == "the split has no row of vascular lesion"


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda t: t.assign(**{"probability:nevus": float("nan")}), "a probability is not a number for image_0.jpg"),
        (lambda t: t.assign(diagnosis="wart"), "diagnosis is none of the model's 3 classes, received wart,"),
        (lambda t: t.head(5), "expected 10 images or more of split external, received 5; give more"),
        (lambda t: t[t["diagnosis"] == "nevus"], "all 20 images of split external are nevus; give"),
    ],
)
def test_a_table_that_cannot_be_trusted_is_refused_in_one_line(damage, fault, external):
    with pytest.raises(ModelError) as refused:
        evaluate_external(damage(external), CLASSES, CONFIG, 1, no_rules("no run"))
    assert str(refused.value).startswith(f"predictions: {fault}")
    assert "\n" not in str(refused.value)
