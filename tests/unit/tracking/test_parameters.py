"""The configuration as parameters: every key once, nothing cut so that two runs look alike."""

import json

from hypothesis import given
from hypothesis import strategies as st

from melanoma.config.pipeline import PipelineConfig
from melanoma.tracking.parameters import MOST_CHARACTERS, list_parameters

CONFIG = PipelineConfig().model_dump(mode="json")


def _leaves(values):
    return sum(_leaves(value) if isinstance(value, dict) and value else 1 for value in values.values())


def test_every_key_of_the_configuration_is_there_once_but_where_it_is_logged_to():
    parameters = list_parameters(CONFIG)
    assert len(parameters) == _leaves(CONFIG) - _leaves(CONFIG["tracking"])
    assert parameters["train.network"] == CONFIG["train"]["network"]
    assert json.loads(parameters["train.head.l2"]) == CONFIG["train"]["head"]["l2"]
    assert parameters["train.early_stopping"] == "true"
    assert not any(name.startswith("tracking") for name in parameters)


def test_no_value_is_longer_than_mlflow_takes_and_a_long_one_stays_different_from_another():
    long = [{"name": "x" * 50}] * 200
    first, second = (list_parameters({"a": {"b": [*long, end]}})["a.b"] for end in ("one", "two"))
    assert len(first) == len(second) == MOST_CHARACTERS
    assert first != second
    assert first[:5000] == second[:5000]


@given(st.recursive(st.integers() | st.text(max_size=5), lambda inner: st.dictionaries(st.text("abc"), inner)))
def test_what_is_flattened_is_what_went_in(values):
    config = {"section": values}
    assert len(list_parameters(config)) <= _leaves(config)
    if isinstance(values, int):
        assert list_parameters(config) == {"section": str(values)}
