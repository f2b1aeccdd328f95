"""Each finding offers the actions that make sense for it, and the safe one by default."""

from typing import get_args

import pytest
from pydantic import ValidationError

from melanoma.config.validate import Action, ValidateConfig

ACTIONS = {
    name: get_args(field.annotation)
    for name, field in ValidateConfig.model_fields.items()
    if set(get_args(field.annotation)) & {"keep", "exclude"}
}


@pytest.mark.parametrize("check", ACTIONS)
def test_every_action_offered_is_an_action_and_every_check_can_refuse_the_data(check):
    assert set(ACTIONS[check]) <= set(get_args(Action))
    assert "fail" in ACTIONS[check]


def test_what_would_falsify_results_leaves_by_default():
    chosen = ValidateConfig().model_dump()
    falsifying = set(ACTIONS) - {"class_imbalance", "small_image", "outlier_image"}
    assert {chosen[check] for check in falsifying if "exclude" in ACTIONS[check]} <= {"exclude", "merge"}


@pytest.mark.parametrize(
    ("check", "action"), [("exact_duplicate", "relabel"), ("class_imbalance", "exclude"), ("unreadable_image", "keep")]
)
def test_an_action_that_makes_no_sense_for_a_finding_is_refused(check, action):
    with pytest.raises(ValidationError):
        ValidateConfig(**{check: action})


def test_files_are_named_and_not_read_by_the_configuration():
    assert ValidateConfig(reference_labels="nowhere.csv").reference_labels == "nowhere.csv"
    with pytest.raises(ValidationError):
        ValidateConfig(expectations="")
