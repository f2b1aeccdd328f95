from dataclasses import replace

import numpy as np
import pytest

from melanoma.reporting.rule import all_rules
from melanoma.reporting.verdict import judge
from tests.unit.reporting.evidence_factory import AUDIT, LEAK, build_evidence, figure, metrics_record

METRICS = metrics_record()


def with_test(evidence, **changes):
    """The evidence with a changed test record."""
    splits = METRICS["splits"]
    return replace(evidence, metrics={**METRICS, "splits": {**splits, "test": {**splits["test"], **changes}}})


def with_balanced_accuracy(evidence, value, low, high):
    metrics = {**METRICS["splits"]["test"]["metrics"]}
    metrics["balanced_accuracy"] = {**figure(value, 337), "ci95": [low, high]}
    return with_test(evidence, metrics=metrics)


def test_a_run_to_which_no_rule_applies_is_green_and_sends_its_owner_to_other_data(sound):
    verdict = judge(sound)
    assert (verdict.light, verdict.reasons) == ("green", ())
    assert "labelled images of your own source" in verdict.next_step


def test_splitting_after_augmentation_is_red_whatever_else_is_good(sound):
    verdict = judge(replace(sound, protocol="after_augmentation"))
    assert verdict.light == "red"
    assert verdict.reasons[0] == "Copies were made before the split."
    assert "split.protocol=grouped" in verdict.next_step


def test_one_related_test_image_is_red_under_any_protocol(sound):
    verdict = judge(replace(sound, leak={**LEAK, "test_with_relative_in_training": 1, "test_share": 1 / 337}))
    assert verdict.light == "red"
    assert verdict.reasons == ("0.3 % of test images have a relative in training.",)  # 1 / 337 = 0.00297


def test_an_audit_that_was_not_passed_is_red(sound):
    assert judge(replace(sound, audit={**AUDIT, "passed": False})).reasons == ("The audit of the data was not passed.",)


def test_chance_is_one_over_the_number_of_diagnoses(sound):
    assert sound.chance == pytest.approx(1 / 9)


@pytest.mark.parametrize(("low", "light"), [(1 / 9, "red"), (0.05, "red"), (1 / 9 + 1e-6, "amber")])
def test_an_interval_that_reaches_down_to_chance_is_red(sound, low, light):
    assert judge(with_balanced_accuracy(sound, 0.2, low, 0.3)).light == light  # amber: validation is far above 0.2


def test_no_test_split_is_red(sound):
    only_validation = {**METRICS, "splits": {"validation": METRICS["splits"]["validation"]}}
    verdict = judge(replace(sound, metrics=only_validation))
    assert verdict.light == "red"
    assert "No balanced accuracy was measured on test images." in verdict.reasons


def test_validation_far_above_test_is_amber_and_says_by_how_much(sound):
    # validation 0.575 [0.529, 0.621], test 0.400 [0.370, 0.430]: 0.175 apart, the further ends sqrt(0.046^2 + 0.03^2)
    verdict = judge(with_balanced_accuracy(sound, 0.4, 0.37, 0.43))
    assert verdict.light == "amber"
    assert verdict.reasons[0].startswith("Balanced accuracy on validation differs from test by +0.175 [0.120,")


# At 95 % the two are told apart by 0.055 and more; at 99 % by 0.0549 * 1.314 = 0.0721.
@pytest.mark.parametrize(("difference", "light"), [(0.07, "green"), (0.075, "amber"), (-0.075, "amber")])
def test_validation_and_test_disagree_where_they_are_told_apart_at_99_percent(sound, difference, light):
    test = 0.575 - difference
    assert judge(with_balanced_accuracy(sound, test, test - 0.03, test + 0.03)).light == light


def test_a_diagnosis_without_test_images_is_amber(sound):
    per_class = {**METRICS["splits"]["test"]["per_class"], "dermatofibroma": {"n": 0}}
    verdict = judge(with_test(sound, per_class=per_class))
    assert (verdict.light, verdict.reasons) == ("amber", ("Not evaluated on test: dermatofibroma.",))


@pytest.mark.parametrize(("images", "light"), [(199, "amber"), (200, "green")])
def test_fewer_than_200_test_images_is_amber(sound, images, light):
    assert judge(with_test(sound, n=images)).light == light


def test_red_rules_stand_before_amber_rules():
    lights = [rule.light for rule in all_rules()]
    assert lights == sorted(lights, reverse=True)  # "red" > "amber"


def with_point(evidence, low, high):
    point = METRICS["splits"]["test"]["operating_point"]
    sensitivity = {"value": (low + high) / 2, "ci95": [low, high], "n": 56, "method": "bootstrap"}
    return with_test(evidence, operating_point={**point, "sensitivity": sensitivity})


@pytest.mark.parametrize(("high", "light"), [(0.95, "green"), (0.949, "amber")])
def test_melanomas_are_missed_where_the_interval_lies_below_the_target(sound, high, light):
    verdict = judge(with_point(sound, 0.8, high))
    assert verdict.light == light
    assert bool(verdict.applied) is (light == "amber")


def test_missed_melanomas_come_first_among_amber_reasons_and_say_what_was_aimed_at(sound):
    point = with_point(sound, 0.38, 0.86).metrics["splits"]["test"]["operating_point"]
    verdict = judge(with_test(sound, operating_point=point, n=100))
    assert verdict.reasons[0] == (
        "The threshold 0.137 was chosen to find 95 % of melanoma images; "
        "its sensitivity on test is 0.620 [0.380, 0.860], n = 56."
    )
    assert "Do not rule out melanoma" in verdict.next_step
    assert verdict.later_steps == ("Add labelled test images until the intervals are narrow enough for your decision.",)


def calibrated(low, high, **beside):
    return {"melanoma": {"slope": {"value": (low + high) / 2, "ci95": [low, high], "n": 337}, **beside}}


@pytest.mark.parametrize(
    ("low", "high", "light"),
    [(0.85, 1.15, "green"), (0.7, 0.9, "green"), (0.7, 0.899, "amber"), (1.1, 1.4, "green"), (1.101, 1.4, "amber")],
)
def test_a_slope_beyond_1_by_more_than_a_tenth_is_miscalibrated(sound, low, high, light):
    assert judge(with_test(sound, calibration=calibrated(low, high))).light == light


def test_the_slope_of_melanoma_as_the_model_gives_it_counts(sound):
    off = {"value": 0.3, "ci95": [0.2, 0.4], "n": 337}
    on = {"value": 1.0, "ci95": [0.9, 1.1], "n": 337}
    for tree, light in (
        ({"nevus": {"slope": off}, "melanoma": {"slope": on}}, "green"),
        ({"nevus": {"slope": on}, "melanoma": {"slope": off}}, "amber"),
        ({"before": {"slope": on}, "after_temperature": {"slope": off}}, "green"),
        ({"after_temperature": {"slope": on}, "before": {"slope": off}}, "amber"),
    ):
        assert judge(with_test(sound, calibration=tree)).light == light


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.5, 0.1, ""),
        (0.2, 0.9, ""),  # ln 1.25 = 0.223
        (0.23, 0.9, "too low on average: the odds on test are 1.759 [1.259, 2.460] times the stated ones"),  # e^0.565
        (-1.4, -0.3, "too high on average: the odds on test are 0.427 [0.247, 0.741] times the stated ones"),  # e^-0.85
    ],
)
def test_odds_that_are_off_by_more_than_a_quarter_are_miscalibrated(sound, low, high, words):
    intercept = {"value": (low + high) / 2, "ci95": [low, high], "n": 337}
    verdict = judge(with_test(sound, calibration=calibrated(0.9, 1.1, intercept=intercept)))
    assert verdict.reasons == ((f"The melanoma probability is miscalibrated, {words}.",) if words else ())


def told_apart(evidence, low, high):
    auroc = {"value": (low + high) / 2, "ci95": [low, high], "n": 774}
    return replace(evidence, metrics={**evidence.metrics, "agreement": {"two_sample": {"auroc": auroc}}})


# A 95 % interval of [low, 0.62] about 0.56 is at 99 % 1.314 times as wide: it ends at 0.5 where low is 0.514.
@pytest.mark.parametrize(("low", "light"), [(0.5, "green"), (0.513, "green"), (0.516, "amber")])
def test_test_images_that_can_be_told_from_validation_images_at_99_percent_are_of_another_source(sound, low, light):
    verdict = judge(told_apart(sound, low, 1.12 - low))
    assert verdict.light == light
    assert ("AUROC of 0.56" in "".join(verdict.reasons)) == (light == "amber")


def gaps(*values, half=0.05):
    """Return gaps between the best and the worst subgroup, one of each column."""
    figures = ({"value": v, "ci95": [v - half, v + half], "n": 40, "events": 40, "method": "bootstrap"} for v in values)
    return {f"column_{k}": {"best": "old", "worst": "young", "accuracy": gap} for k, gap in enumerate(figures)}


def test_a_gap_above_zero_is_named(sound):
    verdict = judge(with_test(sound, standardised_gaps=gaps(0.2, 0.01)))
    assert verdict.reasons == (
        "On test, on the same diagnoses, accuracy is lower in column 0 young than in old by 0.200 [0.150, 0.250].",
    )


def test_a_gap_that_could_not_be_measured_is_no_gap(sound):
    gap = {"sex": {"note": "fewer than 2 subgroups have 10 rows"}}
    assert judge(with_test(sound, standardised_gaps=gap)).light == "green"


def test_one_of_many_gaps_must_be_further_from_zero_than_one_alone(sound):
    # Alone, 1.96 standard errors; of ten, the 0.25 % quantile, 2.81: 0.05 * 2.807 / 1.960 = 0.0716.
    assert judge(with_test(sound, standardised_gaps=gaps(0.06))).light == "amber"
    assert judge(with_test(sound, standardised_gaps=gaps(0.06, *[0.0] * 9))).light == "green"
    assert judge(with_test(sound, standardised_gaps=gaps(0.072, *[0.0] * 9))).light == "amber"


def test_gaps_of_chance_alone_seldom_turn_the_light():
    # 400 runs of 8 gaps drawn about 0: about 2.5 % may be above it, as only one side counts; 5 % would be 20.
    random, fired = np.random.default_rng(1), 0
    for _ in range(400):
        found = gaps(*random.normal(0, 0.05 / 1.96, 8).tolist())
        fired += judge(with_test(build_evidence(), standardised_gaps=found)).light != "green"
    assert fired <= 20


def test_what_was_not_measured_is_not_judged(sound):
    assert len(judge(sound).unjudged) == 3  # gaps, slope, source of the images
    measured = with_test(sound, standardised_gaps=gaps(0.0), calibration=calibrated(0.9, 1.1))
    measured = told_apart(measured, 0.45, 0.55)
    assert judge(measured).unjudged == ()
    without = with_test(sound, operating_point={})
    assert "Melanomas are missed" in " ".join(rule.text for rule in judge(without).unjudged)
