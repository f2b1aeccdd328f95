import pytest
from pydantic import ValidationError

from melanoma.config.tune import Dimension, TuneConfig


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "expected choices, or low and high"),
        ({"low": 1}, "expected choices, or low and high"),
        ({"choices": [1], "low": 1, "high": 2}, "exclude each other"),
        ({"choices": [1], "log": True}, "exclude each other"),
        ({"choices": []}, "at least 1 item"),
        ({"low": 2, "high": 2}, "low 2 is not below high 2"),
        ({"low": 0.0, "high": 1.0, "log": True}, "log needs a low above 0"),
        ({"low": 1, "high": 9, "log": True, "step": 2}, "no step"),
    ],
)
def test_a_dimension_is_choices_or_a_range(values, words):
    with pytest.raises(ValidationError, match=words):
        Dimension(**values)


def test_a_range_is_whole_only_if_all_that_it_is_made_of_is():
    assert Dimension(low=1, high=5, step=2).is_whole
    assert not Dimension(low=0.0, high=1).is_whole
    assert not Dimension(low=0, high=1, step=0.25).is_whole


def test_choices_keep_their_type():
    assert Dimension.model_validate({"choices": [True, 1, 1.5, "1"]}).choices == (True, 1, 1.5, "1")
    assert [type(value) for value in Dimension.model_validate({"choices": [True, 1, 1.5, "1"]}).choices] == [
        bool,
        int,
        float,
        str,
    ]


@pytest.mark.parametrize(
    ("storage", "words"),
    [
        ("study.db", "expected a URL such as postgresql"),
        ("mysql://host/db", "expected a URL such as postgresql"),
        ("postgresql://user:secret@host/db", "no password belongs into a configuration"),
    ],
)
def test_a_storage_is_a_database_and_says_no_password(storage, words):
    with pytest.raises(ValidationError, match=words):
        TuneConfig(storage=storage)


def test_a_storage_is_found_by_its_url():
    for storage in ("postgresql://user@host:5432/db", "postgresql+psycopg://host/db", "sqlite:////tmp/study.db"):
        assert TuneConfig(storage=storage).storage == storage
