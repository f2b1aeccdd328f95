"""Options that do nothing for a way of training are refused, not passed over."""

import pytest
from pydantic import ValidationError

from melanoma.config.loading import load_config
from melanoma.config.train import TrainConfig
from melanoma.errors import ConfigError

OF_NETWORKS = {
    "optimizer": "adamw",
    "weight_decay": 0.1,
    "schedule": "cosine",
    "warmup_epochs": 1,
    "ema": 0.9,
    "frozen_epochs": 1,
    "backbone_rate": 0.2,
    "augment": 0.5,
}


@pytest.mark.parametrize("name", OF_NETWORKS)
def test_what_moves_a_whole_network_is_refused_for_a_head(name):
    with pytest.raises(ValidationError, match=rf"train\.{name} does nothing for a head on frozen features"):
        TrainConfig.model_validate({"method": "head", name: OF_NETWORKS[name]})
    assert TrainConfig.model_validate({"method": "finetune", "optimizer": "adamw", name: OF_NETWORKS[name]})


def test_the_refusal_is_one_line_of_the_configuration():
    with pytest.raises(ConfigError, match=r"^train: value error, train\.ema does nothing for a head") as refusal:
        load_config(settings=["train.method=head", "train.ema=0.9"])
    assert "\n" not in str(refusal.value)


def test_a_head_is_fitted_in_float32():
    with pytest.raises(ValidationError, match=r"train\.precision: a head is fitted in float32"):
        TrainConfig(method="head", precision="mixed_bfloat16")


def test_linear_heads_differ_by_fold_and_never_by_seed():
    with pytest.raises(ValidationError, match=r"train\.members: linear heads are the same for every seed"):
        TrainConfig(method="head", members=2)
    assert TrainConfig(method="head", members=2, members_over="folds")
    assert TrainConfig.model_validate({"method": "head", "members": 2, "head": {"kind": "mlp"}})


def test_a_linear_head_has_no_batches_to_share():
    with pytest.raises(ValidationError, match=r"train\.devices does nothing for a linear head, which has no batches"):
        TrainConfig(method="head", devices=2)
    assert TrainConfig.model_validate({"method": "head", "devices": 2, "head": {"kind": "mlp"}})


@pytest.mark.parametrize("name", ["class_weights", "sampler", "label_smoothing"])
def test_a_list_where_a_word_or_a_number_is_expected_is_refused_by_its_key(name):
    with pytest.raises(ConfigError, match=rf"^train\.{name}: input should be"):
        load_config(options={"train": {name: [1]}})


@pytest.mark.parametrize("l2", [[], [0], [-1], [1e9]])
def test_strengths_are_positive_and_at_least_one(l2):
    with pytest.raises(ConfigError, match=r"^train\.head\.l2"):
        load_config(options={"train": {"head": {"l2": l2}}})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weight_decay": 0.1}, "weight_decay is adamw's; set optimizer to adamw"),
        ({"loss": "focal", "label_smoothing": 0.1}, "label_smoothing works against loss focal"),
        ({"loss": "logit_adjusted", "label_smoothing": 0.1}, "label_smoothing works against loss logit_adjusted"),
        ({"loss": "logit_adjusted", "sampler": "sqrt"}, "each balance alone; keep one of them"),
        ({"class_weights": "balanced", "sampler": "balanced"}, "each balance alone; keep one of them"),
        ({"epochs": 3, "warmup_epochs": 3}, "warmup_epochs leaves no epoch at the full rate"),
        ({"devices": 3}, "batch_size 32 does not divide evenly over 3 devices; set it to a multiple of 3"),
        ({"devices": 64}, "batch_size 32 does not divide evenly over 64 devices; set it to a multiple of 64"),
    ],
)
def test_settings_that_would_do_nothing_or_the_same_twice_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        TrainConfig(**settings)


@pytest.mark.parametrize(
    ("settings", "loss"),
    [
        ({}, "logit_adjusted"),
        ({"label_smoothing": 0.0, "class_weights": "none", "sampler": "none"}, "logit_adjusted"),
        ({"class_weights": "balanced"}, "cross_entropy"),
        ({"sampler": "sqrt"}, "cross_entropy"),
        ({"label_smoothing": 0.1}, "cross_entropy"),
        ({"class_weights": "balanced", "loss": "focal"}, "focal"),
    ],
)
def test_logits_are_adjusted_unless_another_option_balances_or_a_loss_is_named(settings, loss):
    assert TrainConfig(**settings).loss == loss
