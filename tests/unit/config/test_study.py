from pathlib import Path

import pytest
import yaml

from melanoma.config.study import Overrides, load_study
from melanoma.errors import ConfigError, UsageError
from melanoma.training.method import settle_method

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
NOTEBOOK = CONFIGS / "studies" / "notebook.yaml"
NOTHING = Overrides({})
LEAKING = {"split": {"protocol": "after_augmentation"}, "train": {"early_stopping": False, "epochs": 7}}


def study_of(*rows, **values):
    return {
        "title": "t",
        "baseline": "plain",
        "leaking_protocol": LEAKING,
        "rows": [{"name": "plain"}, *rows],
        **values,
    }


@pytest.fixture
def load(tmp_path):
    def write(values, overrides=NOTHING, only=()):
        file = tmp_path / "study.yaml"
        file.write_text(values if isinstance(values, str) else yaml.safe_dump(values))
        return load_study(file, tmp_path, overrides, only)

    return write


def test_a_row_is_its_change_over_the_base_over_the_defaults(load):
    study = load(
        study_of(
            {"name": "wide", "change": {"train": {"network": "cnn_wide"}}},
            base={"train": {"epochs": 3, "batch_size": 8}},
        )
    )
    train = study.rows[1].clean.train
    assert (train.network, train.epochs, train.batch_size, train.patience) == ("cnn_wide", 3, 8, 6)
    assert study.rows[1].leaking is None


def test_the_leaking_run_has_the_protocol_under_the_rows_own_change(load):
    row = {"name": "leak", "leaking": True, "change": {"train": {"epochs": 2}}}
    base = {"train": {"epochs": 3, "batch_size": 8}}
    leaking = load(study_of({**row, "change": {}}, base=base)).rows[1].leaking
    assert leaking.split.protocol == "after_augmentation"
    assert (leaking.train.epochs, leaking.train.batch_size, leaking.train.early_stopping) == (7, 8, False)
    assert load(study_of(row, base=base)).rows[1].leaking.train.epochs == 2


def test_a_profile_stands_in_for_the_base(load, tmp_path):
    (tmp_path / "mine.yaml").write_text("train: {batch_size: 4}")
    rows = load(study_of({"name": "own", "profile": "mine"}, base={"train": {"epochs": 3}})).rows
    assert (rows[1].clean.train.batch_size, rows[1].clean.train.epochs) == (4, 20)


def test_settings_go_over_every_run_and_the_environment_under_them(load):
    variables = {"MELANOMA_TRAIN": {"train": {"epochs": 5, "batch_size": 2}}}
    overrides = Overrides(variables, ["train.epochs=1"], {"data": {"metadata": ["m.csv"]}})
    study = load(study_of({"name": "leak", "leaking": True, "change": {"train": {"epochs": 9}}}), overrides)
    for config in (study.rows[0].clean, study.rows[1].clean, study.rows[1].leaking):
        assert (config.train.epochs, config.train.batch_size, config.data.metadata) == (1, 2, ("m.csv",))
    assert study.config.data.metadata == ("m.csv",)


def test_only_the_rows_that_are_asked_for_take_part_in_their_order(load):
    file = study_of({"name": "second"}, {"name": "third"})
    assert [row.name for row in load(file, only=["third", "plain"]).rows] == ["plain", "third"]
    assert load(file, only=["third"]).row("plain") is None
    with pytest.raises(UsageError, match=r"--only fourth: no such row in .*study.yaml; it has plain, second, third"):
        load(file, only=["fourth"])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("title: [", "not valid YAML in line 1"),
        ("- plain", "expected sections such as 'train:', received list"),
        ({"title": "t"}, "baseline: field required"),
        (study_of(rows=[]), "rows: tuple should have at least 1 item"),
        (study_of(basline="plain"), "basline: no such configuration key; did you mean baseline?"),
        (study_of({"name": "x", "chnge": {}}), "rows.1.chnge: no such configuration key; did you mean change?"),
        (study_of({"name": "plain"}), "rows: plain is there twice; its rows are plain, plain"),
        (study_of(baseline="none"), "baseline: no row none; its rows are plain"),
        (study_of(as_published="none"), "as_published: no row none; its rows are plain"),
        (study_of(as_published="plain"), "as_published: row plain is not trained by the leaking protocol; set its lea"),
        (
            study_of({"name": "x", "change": {"train": {"netwrk": "cnn"}}}),
            "row x: train.netwrk: no such configuration key; did you mean network?",
        ),
        (study_of({"name": "x", "profile": "no"}), "row x: --config no: no such file and no such profile"),
        (study_of(base={"trian": {}}), "row plain: trian: no such configuration key; did you mean train?"),
        (
            study_of({"name": "x", "leaking": True}, leaking_protocol={}),
            "row x: leaking_protocol: split.protocol is grouped, expected after_augmentation in this column",
        ),
        (
            study_of(base={"split": {"protocol": "after_augmentation"}}),
            "row plain: change: split.protocol is after_augmentation, expected grouped in this column",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line_that_names_file_and_key(load, values, message):
    with pytest.raises(ConfigError) as refused:
        load(values)
    text = str(refused.value)
    assert "\n" not in text
    assert "study.yaml: " in text
    assert message in text


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(ConfigError, match=r"no\.yaml: cannot be read; give a readable YAML file"):
        load_study(Path("no.yaml"), CONFIGS, Overrides({}))


@pytest.fixture(scope="module")
def notebook():
    return load_study(NOTEBOOK, CONFIGS, Overrides({}))


def test_the_notebooks_study_has_its_rows_in_their_order(notebook):
    trained = [(row.name, row.clean.train.network, settle_method(row.clean.train).method) for row in notebook.rows[:-1]]
    assert trained == [
        ("plain", "cnn", "scratch"),
        ("+BatchNormalization", "cnn_batchnorm", "scratch"),
        ("+Dropout", "cnn_dropout", "scratch"),
        ("+Augmentor", "cnn_dropout", "scratch"),
        ("better CNN", "resnet_small", "scratch"),
        ("transfer head", "efficientnet_lite0", "head"),
        ("transfer fine-tuned", "efficientnet_lite0", "finetune"),
    ]


def test_its_last_row_is_the_default_run(notebook):
    from melanoma.config.loading import load_config

    assert notebook.rows[-1].clean == load_config(CONFIGS / "default.yaml")


def test_what_it_calls_published_is_the_notebooks_profile(notebook):
    """Network, copies, protocol and training are those of `seed`, in the sections that decide what it learns."""
    from melanoma.config.loading import load_config

    seed, published = load_config(CONFIGS / "seed.yaml"), notebook.row(notebook.as_published).leaking
    assert published.split == seed.split
    assert published.balance == seed.balance
    assert published.validation == seed.validation
    for name in ("network", "epochs", "early_stopping", "dropout", "batch_size", "learning_rate", "loss", "augment"):
        assert getattr(published.train, name) == getattr(seed.train, name), name
    assert (published.seed, published.ingest.size_px, published.train.method) == (123, 180, "scratch")


def test_its_better_network_is_the_profile_that_trains_from_scratch(notebook):
    from melanoma.config.loading import load_config

    profile, row = load_config(CONFIGS / "scratch.yaml"), notebook.row("better CNN").clean
    assert settle_method(profile.train) == row.train
    for section in ("seed", "ingest", "validation", "split", "balance"):
        assert getattr(profile, section) == getattr(row, section), section


def test_its_rows_name_all_that_they_change_of_the_training(notebook):
    """A default that changes must change no row: what `base` leaves to the defaults is nothing that a network sees."""
    written = yaml.safe_load(NOTEBOOK.read_text())["base"]
    left = set(type(notebook.config.train).model_fields) - set(written["train"])
    assert left == {
        "weights",
        "tau",
        "focal_gamma",
        "frozen_epochs",
        "backbone_rate",
        "members_over",
        "head",
        "devices",
    }
