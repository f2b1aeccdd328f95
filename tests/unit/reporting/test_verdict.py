from dataclasses import replace

import pytest

from melanoma.reporting.rule import all_rules
from melanoma.reporting.verdict import judge
from tests.unit.reporting.evidence_factory import AUDIT, LEAK, figure, metrics_record

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
