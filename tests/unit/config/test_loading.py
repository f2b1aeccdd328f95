import pytest

from melanoma.config.loading import find_profile, load_config
from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import ConfigError


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "mine.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refusal(*settings, **sources):
    with pytest.raises(ConfigError) as refused:
        load_config(settings=settings, **sources)
    assert "\n" not in str(refused.value)
    assert refused.value.exit_code == 2
    return str(refused.value)


def test_without_anything_the_defaults_hold():
    assert load_config() == PipelineConfig()


def test_an_empty_file_is_the_defaults(file):
    assert load_config(file("# nothing\n")) == PipelineConfig()


def test_the_environment_goes_over_the_file_and_set_over_both(file):
    path = file("train: {epochs: 1, patience: 1, batch_size: 1}\nseed: 9\n")
    variables = {"FIRST": {"train": {"epochs": "1", "patience": "2"}}, "SECOND": {"train": {"epochs": "2"}}}
    assert load_config(path, variables).train.epochs == 2
    config = load_config(path, variables, ["train.epochs=3"])
    assert (config.train.batch_size, config.train.patience, config.train.epochs, config.seed) == (1, 2, 3, 9)


def test_the_last_of_two_settings_holds():
    assert load_config(settings=["train.epochs=3", "train.epochs=4"]).train.epochs == 4


def test_a_setting_is_read_as_yaml():
    settings = [
        "balance.operations=[{name: invert, probability: 0.5}]",
        "train.learning_rate=1e-3",
        "split.protocol=grouped",
    ]
    config = load_config(settings=settings)
    assert [(operation.name, operation.probability) for operation in config.balance.operations] == [("invert", 0.5)]
    assert config.train.learning_rate == 0.001


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("train.epochs=abc", "train.epochs: input should be a valid integer.*, received 'abc'"),
        ("train.epochs=0", "train.epochs: input should be greater than or equal to 1, received 0"),
        ("train.epochs=", "train.epochs: input should be a valid integer, received None"),
        ("train=5", "train: input should be a valid dictionary or instance of TrainConfig, received 5"),
        ("ingest.size_px=[1", r"ingest.size_px: input should be a valid integer.*, received '\[1'"),
        (
            "split.protocol=random",
            "split.protocol: input should be 'grouped' or 'after_augmentation', received 'random'",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_key(setting, message):
    with pytest.raises(ConfigError, match=f"^--set {message}"):
        load_config(settings=[setting])
    refusal(setting)


def test_a_value_that_is_missing_is_named_by_its_key():
    assert refusal("balance.operations=[{name: rotate}]").startswith("balance.operations.0.probability: field required")


def test_of_what_refuses_a_value_the_last_that_gives_it_is_named(file):
    path, variables = file("train: {epochs: 0}"), {"MELANOMA_TRAIN__EPOCHS": {"train": {"epochs": "none"}}}
    assert refusal(file=path).startswith(f"{path}: train.epochs: ")
    assert refusal(file=path, environment=variables).startswith("MELANOMA_TRAIN__EPOCHS: train.epochs: ")
    assert refusal("train.epochs=-1", file=path, environment=variables).startswith("--set train.epochs: ")
    assert refusal(file=path, options={"train": {"epochs": 0}}).startswith("train.epochs: ")


def test_values_that_do_not_fit_together_are_nobodys_alone(file):
    assert refusal("train.ema=0.9", file=file("train: {method: head}")).startswith("train: value error, train.ema does")


@pytest.mark.parametrize("text", ["2024-13-45", "!!int abc"])
def test_a_value_that_yaml_stumbles_over_is_named_with_its_key_or_file(file, text):
    assert "train.epochs" in refusal(f"train.epochs={text}")
    assert "mine.yaml: not valid YAML" in refusal(file=file(f"train: {{epochs: {text}}}"))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("train.epoch=5", "train.epoch: no such configuration key; did you mean epochs?"),
        ("trian.epochs=5", "trian: no such configuration key; did you mean train?"),
        (
            "split.x=5",
            "split.x: no such configuration key; known here: "
            "calibration_share, folds, protocol, test_share, validation_share",
        ),
    ],
)
def test_a_misspelt_key_is_named_with_what_was_meant(setting, message):
    assert refusal(setting) == f"--set {message}"


def test_a_misspelt_key_is_named_with_the_file_or_the_variable_that_gives_it(file):
    said = "no such configuration key; did you mean"
    path = file("seed: 9\ntrain: {epohcs: 3}\n")
    assert refusal("train.epochs=3", file=path) == f"{path}: train.epohcs: {said} epochs?"
    variables = {"MELANOMA_TRAIN__EPOCHS": {"train": {"epochs": "3"}}, "MELANOMA_TRIAN__EMA": {"trian": {"ema": "0"}}}
    assert refusal(file=file("seed: 9"), environment=variables) == f"MELANOMA_TRIAN__EMA: trian: {said} train?"


@pytest.mark.parametrize(
    ("key", "meant"), [("name: rotate, probability: 1, optons", "options"), ("name: rotate, probabilty", "probability")]
)
def test_a_misspelt_key_within_a_list_is_named_with_what_was_meant(key, meant):
    *_, wrong = key.split()
    assert refusal(f"balance.operations=[{{{key}: 1}}]") == (
        f"--set balance.operations.0.{wrong}: no such configuration key; did you mean {meant}?"
    )


def test_of_several_problems_the_first_is_told_and_the_others_counted():
    assert refusal("train.epochs=0", "train.patience=0", "seed=-1").endswith("(and 2 more)")


@pytest.mark.parametrize("setting", ["train.epochs", "=5", " =5"])
def test_a_setting_without_key_or_value_is_shown_how(setting):
    assert refusal(setting) == f"--set {setting}: expected section.key=value, such as train.epochs=5"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("train: [1,\n2", "mine.yaml: not valid YAML in line 2; mend it"),
        ("- 1\n", "mine.yaml: expected sections such as 'train:', received list"),
        ("text", "mine.yaml: expected sections such as 'train:', received str"),
        (b"\xff\xfe\xfd", "mine.yaml: cannot be read; give a readable YAML file"),
        ("a: \x00", "mine.yaml: not valid YAML; mend it"),
    ],
)
def test_a_file_that_is_no_configuration_is_named(file, text, message):
    assert refusal(file=file(text)).endswith("/" + message)


def test_a_missing_file_is_named(tmp_path):
    message = refusal(file=tmp_path / "none.yaml")
    assert message == f"{tmp_path / 'none.yaml'}: cannot be read; give a readable YAML file"


def test_a_file_can_run_no_code(file):
    assert "not valid YAML" in refusal(file=file("seed: !!python/object/apply:os.getpid []"))


def test_a_profile_is_found_by_name_and_a_file_by_path(tmp_path):
    (tmp_path / "default.yaml").touch()
    (tmp_path / "other.yml").touch()
    assert find_profile("default", tmp_path) == tmp_path / "default.yaml"
    assert find_profile(str(tmp_path / "other.yml"), tmp_path) == tmp_path / "other.yml"


def test_an_unknown_profile_is_told_the_known_ones(tmp_path):
    (tmp_path / "seed.yaml").touch()
    (tmp_path / "default.yaml").touch()
    with pytest.raises(ConfigError) as refused:
        find_profile("deflaut", tmp_path)
    expected = "--config deflaut: no such file and no such profile; give a YAML file or one of: default, seed"
    assert str(refused.value) == expected
