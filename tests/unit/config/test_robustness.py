import pytest
from pydantic import ValidationError

from melanoma.config.robustness import STRENGTHS, PerturbationConfig, RobustnessConfig


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"name": "blurr", "strength": 1}, "there is no such perturbation; did you mean blur?"),
        ({"name": "noise?", "strength": 1}, "there is no such perturbation"),
        ({"name": "jpeg", "strength": 0}, "strength of jpeg goes from 1 to 95"),
        ({"name": "crop", "strength": 0.9}, "strength of crop goes from 0.01 to 0.5"),
    ],
)
def test_what_is_no_perturbation_is_refused_with_what_would_be(value, reason):
    with pytest.raises(ValidationError) as refused:
        RobustnessConfig(perturbations=[value])
    assert reason in str(refused.value)


def test_one_perturbation_twice_is_refused_and_two_strengths_are_not():
    jpeg, worse = {"name": "jpeg", "strength": 50}, {"name": "jpeg", "strength": 20}
    assert len(RobustnessConfig(perturbations=[jpeg, worse]).perturbations) == 2
    with pytest.raises(ValidationError, match="a perturbation is there twice with one strength"):
        RobustnessConfig(perturbations=[jpeg, jpeg])


def test_every_perturbation_has_a_title_of_its_own():
    middle = {name: (strength.low + strength.high) / 2 for name, strength in STRENGTHS.items()}
    titles = [PerturbationConfig(name=name, strength=strength).title for name, strength in middle.items()]
    assert len(set(titles)) == len(STRENGTHS)
    assert [change.title for change in RobustnessConfig().perturbations] == [
        "JPEG quality 50",
        "Blur of 0.6 % of the side",
        "Brightness × 1.25",
        "Brightness × 0.75",
        "Colour cast +10 %",
        "Rotation by 12°",
        "Crop of 10 %",
    ]
