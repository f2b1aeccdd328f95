from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

from melanoma.config.loading import load_config
from melanoma.config.pipeline import PipelineConfig
from melanoma.config.section import Section
from melanoma.config.synthetic import SyntheticConfig

PROFILES = sorted((Path(__file__).resolve().parents[3] / "configs").glob("*.yaml"))
SECTIONS = [field.annotation for field in PipelineConfig.model_fields.values() if field.annotation not in (int, str)]


def test_each_section_is_found_by_its_name():
    config = PipelineConfig()
    assert config.section("train") is config.train
    assert config.section("validation") is config.validation


@pytest.mark.parametrize("section", [PipelineConfig, SyntheticConfig, *SECTIONS])
def test_a_section_is_frozen_and_refuses_unknown_keys(section):
    assert issubclass(section, Section)
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        section.model_validate({"no_such_key": 1})
    for name in section.model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(section(), name, 1)


@pytest.mark.parametrize("section", [*SECTIONS, SyntheticConfig])
def test_every_value_says_what_it_is_for(section):
    assert [name for name, field in section.model_fields.items() if not field.description] == []
    for field in section.model_fields.values():
        for inner in get_args(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                assert all(value.description for value in inner.model_fields.values())


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_every_profile_is_valid(profile):
    assert isinstance(load_config(profile), PipelineConfig)


def test_the_notebook_is_reproduced_by_the_seed_profile():
    (path,) = (path for path in PROFILES if path.stem == "seed")
    config = load_config(path)
    (rotation,) = config.balance.operations
    assert (config.seed, config.split.protocol, config.split.validation_share) == (123, "after_augmentation", 0.2)
    assert (config.balance.mode, config.balance.images_per_class) == ("add", 500)
    assert (rotation.name, rotation.probability) == ("rotate", 0.7)
    assert rotation.options == {"max_left_rotation": 10, "max_right_rotation": 10}
    assert (config.train.epochs, config.train.dropout, config.train.early_stopping) == (20, 0.2, False)


def test_more_planted_files_than_pictures_allow_are_refused():
    with pytest.raises(ValidationError, match="label_conflicts is more than 2, one per 36 images; plant fewer"):
        SyntheticConfig(images=100, label_conflicts=3)
