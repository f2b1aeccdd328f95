"""A search that cannot be carried out is refused in one line, before any work."""

import pytest

from melanoma.config.pipeline import PipelineConfig
from melanoma.errors import ConfigError
from melanoma.training.method import settle_method
from melanoma.tuning.space import configure_best, configure_trial, settle_space


def config_of(space=None, **sections):
    tune = sections.pop("tune", {})
    return PipelineConfig.model_validate({**sections, "tune": {**tune, "space": space or {}}})


@pytest.mark.parametrize(
    ("space", "words"),
    [
        ({"train.learning_rat": {"low": 0.1, "high": 0.2}}, ["train.learning_rat", "did you mean learning_rate"]),
        ({"evaluate.resamples": {"choices": [100]}}, ["evaluate.resamples is not searched"]),
        ({"split.folds": {"choices": [3]}}, ["split.folds is not searched"]),
        ({"ingest.fit": {"choices": ["crop"]}}, ["ingest.fit is not searched"]),
        ({"seed": {"choices": [1, 2]}}, ["seed is not searched"]),
        ({"train.members": {"choices": [1, 2]}}, ["train.members is not searched"]),
        ({"train": {"choices": [1]}}, ["train=1"]),
        ({"train.epochs.more": {"choices": [1]}}, ["epochs is one value"]),
        ({"train.dropout": {"low": 0.0, "high": 1.0}}, ["train.dropout=1.0", "less than 1"]),
        ({"train.loss": {"choices": ["focal", "best"]}}, ["train.loss=best", "'cross_entropy'"]),
        ({"train.network": {"choices": ["cnn", "cnm"]}}, ["train.network=cnm", "no network 'cnm'"]),
        ({"ingest.size_px": {"low": 16, "high": 64}}, ["ingest.size_px=16", "greater than or equal to 32"]),
        ({"train.weight_decay": {"choices": [0.1]}}, ["train.weight_decay=0.1", "set optimizer to adamw"]),
    ],
)
def test_a_key_or_value_that_the_configuration_refuses_is_named(space, words):
    with pytest.raises(ConfigError, match=r"^tune\.space: ") as refused:
        settle_space(config_of(space))
    assert "\n" not in str(refused.value)
    assert all(word in str(refused.value) for word in words), str(refused.value)


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"split": {"folds": 2}}, "tune.folds: 3 folds, but the split makes 2"),
        ({"split": {"folds": 0}, "tune": {"folds": 1}}, "tune.folds: 1 folds, but the split makes 0"),
        ({"split": {"protocol": "after_augmentation"}}, "split.protocol: after_augmentation makes no folds"),
    ],
)
def test_a_search_needs_the_folds_that_it_is_measured_on(sections, words):
    with pytest.raises(ConfigError, match=words):
        settle_space(config_of(**sections))


@pytest.mark.parametrize(
    "train",
    [
        {"network": "cnn"},
        {"network": "cnn_dropout", "optimizer": "adamw"},
        {"network": "efficientnet_lite0"},
        {"network": "efficientnet_lite0", "method": "finetune"},
    ],
)
def test_each_method_has_a_space_of_its_own_whose_ends_go_together(train):
    config = config_of(train=train)
    space = settle_space(config)
    assert ("train.weight_decay" in space) == ("optimizer" in train)
    method = settle_method(config.train).method
    assert ("train.head.kind" in space) == (method == "head")
    assert ("train.backbone_rate" in space) == (method == "finetune")
    for place in (0, -1):
        configure_trial(config, {key: dimension.ends[place] for key, dimension in space.items()})


def test_a_trial_has_its_values_and_one_network_and_the_best_its_members_again():
    config = config_of({"train.dropout": {"choices": [0.1]}}, train={"network": "cnn", "members": 3})
    values = {"train.dropout": 0.1, "train.head.hidden": 7, "ingest.size_px": 64}
    trial, best = configure_trial(config, values), configure_best(config, values)
    assert (trial.train.dropout, trial.train.head.hidden, trial.ingest.size_px) == (0.1, 7, 64)
    assert (trial.train.members, best.train.members) == (1, 3)
    assert best.tune == PipelineConfig().tune


def test_values_that_do_not_go_together_are_told():
    with pytest.raises(ConfigError, match="label_smoothing works against loss focal"):
        configure_trial(config_of(), {"train.loss": "focal", "train.label_smoothing": 0.1})


def test_what_a_linear_head_does_not_look_at_makes_no_other_trial():
    config = config_of(train={"network": "efficientnet_lite0"})
    values = {"train.head.kind": "linear", "train.dropout": 0.5, "train.learning_rate": 0.01, "train.loss": "focal"}
    plain = configure_trial(config, {"train.head.kind": "linear", "train.loss": "focal"})
    assert configure_trial(config, values) == plain
    assert configure_trial(config, values | {"train.head.kind": "mlp"}).train.dropout == 0.5
