"""Values of the configuration that variables set, each by the variable's own name."""

import pytest

from flows.environment import environment_settings
from melanoma.config.loading import load_config
from melanoma.errors import ConfigError


@pytest.fixture
def variables(monkeypatch):
    """Set variables and return what they give."""

    def give(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return environment_settings()

    return give


def test_each_variable_gives_its_own_value(variables):
    given = variables(MELANOMA_TRAIN__HEAD__KIND="mlp", MELANOMA_SEED="5", MELANOMA_TRAIN='{"epochs": 3}')
    assert given == {
        "MELANOMA_SEED": {"seed": "5"},
        "MELANOMA_TRAIN": {"train": {"epochs": 3}},
        "MELANOMA_TRAIN__HEAD__KIND": {"train": {"head": {"kind": "mlp"}}},
    }
    config = load_config(environment=given)
    assert (config.seed, config.train.epochs, config.train.head.kind) == (5, 3, "mlp")


def test_a_key_of_its_own_goes_over_the_section_as_a_whole(variables):
    given = variables(MELANOMA_TRAIN__EPOCHS="4", MELANOMA_TRAIN='{"epochs": 3, "patience": 2}')
    config = load_config(environment=given)
    assert (config.train.epochs, config.train.patience) == (4, 2)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("MELANOMA_TRAIN__EPOHCS", "train.epohcs: no such configuration key; did you mean epochs?"),
        ("MELANOMA_TRIAN__EPOCHS", "trian: no such configuration key; did you mean train?"),
        ("melanoma_train__head__knid", "train.head.knid: no such configuration key; did you mean kind?"),
    ],
)
def test_a_misspelt_variable_is_named_with_what_was_meant(variables, name, said):
    with pytest.raises(ConfigError) as refused:
        load_config(environment=variables(**{name: "3"}))
    assert str(refused.value) == f"{name}: {said}"
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MELANOMA_TRAIN_EPOCHS", "MELANOMA_TRAIN__EPOCHS"),
        ("melanoma_train_head_kind", "MELANOMA_TRAIN__HEAD__KIND"),
        ("MELANOMA_INGEST_SIZE_PX", "MELANOMA_INGEST__SIZE_PX"),
    ],
)
def test_a_key_with_single_underscores_is_refused_with_the_variable_that_was_meant(variables, name, meant):
    with pytest.raises(ConfigError) as refused:
        variables(**{name: "3"})
    assert str(refused.value) == f"{name}: no such variable; did you mean {meant}?"


def test_a_variable_that_is_no_key_is_passed_over(variables):
    assert variables(MELANOMA_HOME="/srv/skin", MELANOMA_PORT_4200_TCP="tcp://10.0.0.1:4200") == {}


@pytest.mark.parametrize("name", ["MELANOMA_DATA", "MELANOMA_BALANCE__OPERATIONS"])
def test_a_section_or_a_list_that_is_no_json_is_one_line_that_names_the_variable(variables, name):
    with pytest.raises(ConfigError, match=f"^{name}: not valid JSON, as a section or a list has to be; ") as refused:
        variables(**{name: "/images/skin"})
    assert "\n" not in str(refused.value)
