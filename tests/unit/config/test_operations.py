"""The table of operations agrees with the library, and says what is wrong with an option in one line."""

import inspect

import Augmentor
import pytest
from pydantic import ValidationError

from melanoma.config.balance import OperationConfig
from melanoma.config.loading import load_config
from melanoma.config.operations import NO_OPERATIONS, OPERATIONS, Choice, Colour, Number, YesOrNo
from melanoma.errors import ConfigError

METHODS = {name for name in dir(Augmentor.Pipeline) if not name.startswith("_")}


def refusal(name, **options):
    """Return the one line that the command line would end with."""
    with pytest.raises(ConfigError) as refused:
        load_config(options={"balance": {"operations": [{"name": name, "probability": 1, "options": options}]}})
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_every_method_of_augmentors_pipeline_is_an_operation_or_is_refused_with_a_reason():
    assert OPERATIONS.keys() | NO_OPERATIONS.keys() == METHODS
    assert not OPERATIONS.keys() & NO_OPERATIONS.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_takes_the_options_that_augmentor_takes(name):
    parameters = inspect.signature(getattr(Augmentor.Pipeline, name)).parameters
    ours = {key: p for key, p in parameters.items() if key not in {"self", "probability"}}
    assert OPERATIONS[name].needed.keys() == {key for key, p in ours.items() if p.default is p.empty}
    assert OPERATIONS[name].optional.keys() == {key for key, p in ours.items() if p.default is not p.empty}


@pytest.mark.parametrize("name", NO_OPERATIONS)
def test_what_is_no_operation_is_refused_with_its_reason(name):
    message = refusal(name)
    assert message.startswith(f"balance.operations.0.name: {name} is no operation: ")
    assert NO_OPERATIONS[name] in message


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("rotat", "did you mean rotate or rotate90 or rotate270?"),
        ("Flip_Left_Right", "did you mean flip_left_right"),
        ("grayscale", "did you mean greyscale"),
        ("histogram_equalization", "did you mean histogram_equalisation"),
        ("xyz", "it has black_and_white, crop_by_size, "),
    ],
)
def test_a_misspelt_name_is_answered_with_close_ones(name, close):
    message = refusal(name)
    assert message.startswith(f"balance.operations.0.name: there is no such operation of Augmentor; {close}")


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [
        ("rotate", {}, "max_left_rotation is missing"),
        ("rotate", {"max_left_rotation": 50, "max_right_rotation": 5}, "max_left_rotation is 50"),
        ("rotate", {"max_left_rotation": "far", "max_right_rotation": 5}, "max_left_rotation is 'far'"),
        ("rotate", {"max_left_rotation": True, "max_right_rotation": 5}, "max_left_rotation is True"),
        ("rotate", {"max_left_rotation": float("nan"), "max_right_rotation": 5}, "max_left_rotation is nan"),
        ("invert", {"strength": 1}, "there is no option strength"),
        ("zoom", {"min_factor": 2, "max_factor": 1.5}, "min_factor is above max_factor"),
        ("zoom", {"min_faktor": 1, "max_factor": 2}, "there is no option min_faktor; did you mean min_factor"),
        ("random_erasing", {"rectangle_area": 0.05}, "rectangle_area is 0.05"),
        ("scale", {"scale_factor": 1}, "scale_factor is 1"),
        ("resize", {"width": 20, "height": 20, "resample_filter": "LANCZOS"}, "resample_filter is 'LANCZOS'"),
        ("resize", {"width": 20.5, "height": 20}, "width is 20.5"),
        ("crop_random", {"percentage_area": 0.5, "randomise_percentage_area": 1}, "randomise_percentage_area is 1"),
        (
            "rotate_without_crop",
            {"max_left_rotation": 5, "max_right_rotation": 5, "fillcolor": "blurple"},
            "fillcolor is 'blurple'",
        ),
    ],
)
def test_a_wrong_option_is_named_with_all_that_are_allowed_and_their_ranges(name, options, problem):
    message = refusal(name, **options)
    assert message.startswith(f"balance.operations.0: {problem}")
    assert f"; {name} takes {OPERATIONS[name]}" in message


def test_the_allowed_options_read_as_a_sentence():
    assert str(OPERATIONS["shear"]) == (
        "max_shear_left (number above 0 up to 25), max_shear_right (number above 0 up to 25)"
    )
    assert str(OPERATIONS["crop_by_size"]) == (
        "width (whole number from 2 to 4096), height (whole number from 2 to 4096), centre (true or false; "
        "may be left out)"
    )
    assert str(OPERATIONS["invert"]) == "no options"


@pytest.mark.parametrize(
    ("rule", "accepted", "refused"),
    [
        (Number(0, 25), [0, 25, 9.5], [-0.1, 25.1, True, "3", float("inf")]),
        (Number(0, 1, open=True), [0.001, 1], [0, 1.001]),
        (Number(2, 4, whole=True), [2, 4], [2.0, 1, 5]),
        (Choice(("in", "out")), ["in", "out"], ["IN", "", 1]),
        (YesOrNo(), [True, False], [0, 1, "true"]),
        (Colour(), ["white", "#c89b82", "rgb(1, 2, 3)"], ["blurple", "#c89b82ff", 255, True]),
    ],
)
def test_a_rule_holds_at_its_ends(rule, accepted, refused):
    assert all(rule.accepts(value) for value in accepted)
    assert not any(rule.accepts(value) for value in refused)


def test_a_probability_is_a_share():
    for probability in (-0.1, 1.1):
        with pytest.raises(ValidationError, match="probability"):
            OperationConfig(name="invert", probability=probability)


def test_whatever_is_wrong_with_the_name_the_options_are_not_judged():
    with pytest.raises(ValidationError) as refused:
        OperationConfig(name="rotat", probability=1, options={"strength": 1})
    assert refused.value.error_count() == 1
