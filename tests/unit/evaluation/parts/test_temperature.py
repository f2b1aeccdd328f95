"""The temperature is that of the least log loss on calibration rows, and no other row takes part."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from melanoma.evaluation.figure import NotEvaluated
from melanoma.evaluation.parts.temperature import evaluate_temperature, freeze_temperature
from melanoma.evaluation.temperature import scale


def loss_at(rows, temperature):
    powers = rows.probabilities ** (1 / temperature)
    return log_loss(rows.truth, powers / powers.sum(axis=1, keepdims=True), labels=range(len(rows.classes)))


@pytest.mark.parametrize("boldness", [0.4, 1.0, 2.5])
def test_a_planted_temperature_is_found_where_the_log_loss_is_least(boldness, draw_split):
    split = draw_split("calibration", 4000, boldness, seed=1)
    rule = freeze_temperature({"calibration": split})
    best = minimize_scalar(
        lambda t: loss_at(split.rows, t), bounds=(0.1, 10), method="bounded", options={"xatol": 1e-9}
    )
    assert rule["temperature"] == pytest.approx(best.x, rel=1e-4)
    assert rule["temperature"] == pytest.approx(boldness, rel=0.1)
    assert (rule["classes"], rule["fitted_on"]) == (list(split.rows.classes), "calibration")


def test_rows_of_other_splits_change_nothing(draw_split):
    calibration = draw_split("calibration", 300, 2, seed=1)
    alone = freeze_temperature({"calibration": calibration})
    assert freeze_temperature({"calibration": calibration, "validation": draw_split(seed=9)}) == alone


def test_on_another_split_bold_probabilities_become_right(draw_split):
    rule = freeze_temperature({"calibration": draw_split("calibration", 2000, 2.5, seed=1)})
    test = draw_split("test", 2000, 2.5, seed=2)
    found = evaluate_temperature(test, rule)
    assert found["before"]["log_loss"].value == pytest.approx(loss_at(test.rows, 1), abs=1e-9)
    assert found["after"]["log_loss"].value == pytest.approx(loss_at(test.rows, rule["temperature"]), abs=1e-9)
    for name in ("ece", "brier", "log_loss"):
        assert found["after"][name].interval[1] < found["before"][name].value
    assert found["before"]["ece"].interval[0] > 0.05
    assert found["after"]["ece"].interval[0] < 0.01
    assert "optimistic" not in found["after"]["ece"].method


def test_the_predicted_class_and_the_given_rows_stay_as_they_are(draw_split):
    rule = freeze_temperature({"calibration": draw_split("calibration", 500, 2.5, seed=1)})
    test = draw_split("test", 500, 2.5, seed=2)
    before = test.rows.probabilities.copy()
    evaluate_temperature(test, rule)
    assert (test.rows.probabilities == before).all()
    assert (scale(before, rule["temperature"]).argmax(axis=1) == test.rows.predicted).all()


def test_figures_after_are_called_optimistic_where_it_was_fitted(draw_split):
    split = draw_split("calibration", 200)
    found = evaluate_temperature(split, freeze_temperature({"calibration": split}))
    remark = "; optimistic, because the temperature was fitted on these rows"
    assert all(figure.method.endswith(remark) for figure in found["after"].values())
    assert not any("optimistic" in figure.method for figure in found["before"].values())


def test_other_classes_than_those_of_the_rule_have_a_reason(draw_split):
    rule = freeze_temperature({"calibration": draw_split("calibration", 200)})
    joined = replace(draw_split(), rows=replace(draw_split().rows, classes=("melanoma", "nevus", "other")))
    reason = "the temperature was fitted to other classes than this set's, of which some are joined"
    assert evaluate_temperature(joined, rule) == NotEvaluated(reason)


def test_without_calibration_rows_or_with_few_there_is_a_reason(draw_split):
    none = NotEvaluated("there are no calibration rows to fit the temperature on")
    assert freeze_temperature({"validation": draw_split("validation")}) == none
    few = NotEvaluated("calibration has 9 lesions to fit the temperature on; 10 are needed")
    assert freeze_temperature({"calibration": draw_split("calibration", 9)}) == few


def test_rows_that_are_all_right_have_no_best_temperature(draw_split):
    split = draw_split("calibration", 200)
    right = replace(split, rows=replace(split.rows, truth=split.rows.predicted))
    assert freeze_temperature({"calibration": right}).reason.startswith("no temperature between 0.05 and 20 is best")


def test_a_class_at_0_costs_a_bounded_loss():
    assert np.isfinite(scale(np.array([[1.0, 0.0]]), 2)).all()
