"""Only age, sex and site may reach a model; what gives the diagnosis away never can."""

import pytest

from melanoma.config.loading import load_config
from melanoma.config.metadata import METADATA_FIELDS
from melanoma.config.train import TrainConfig
from melanoma.data.labels import GIVE_AWAYS, METADATA, gives_away
from melanoma.errors import ConfigError

OTHERS = sorted({*GIVE_AWAYS, "mel_thick_mm", "mel_ulcer", "mel_type", "diagnosis", "diagnosis_1", *METADATA})


def test_metadata_are_off_by_default():
    assert TrainConfig().metadata == ()


def test_the_fields_are_taken_in_the_order_in_which_they_stand():
    assert load_config(settings=["train.metadata=[sex, age_approx]"]).train.metadata == ("sex", "age_approx")
    assert load_config(options={"train": {"metadata": list(METADATA_FIELDS)}}).train.metadata == METADATA_FIELDS


@pytest.mark.parametrize("name", [name for name in OTHERS if name not in METADATA_FIELDS])
def test_no_other_field_can_be_named(name):
    with pytest.raises(ConfigError, match=rf"^train\.metadata: .*{name} may not reach a model; choose from age_") as no:
        load_config(options={"train": {"metadata": ["sex", name]}})
    assert "\n" not in str(no.value)


def test_no_field_that_may_reach_a_model_gives_the_diagnosis_away():
    assert not any(gives_away(name) for name in METADATA_FIELDS)
    assert set(METADATA_FIELDS) <= set(METADATA)  # and the manifest has each


def test_a_field_stands_once():
    with pytest.raises(ConfigError, match=r"train\.metadata: .*sex stands twice; name each field once"):
        load_config(settings=["train.metadata=[sex, sex]"])


def test_what_is_no_list_is_refused():
    with pytest.raises(ConfigError, match=r"^--set train\.metadata"):
        load_config(settings=["train.metadata=sex"])
