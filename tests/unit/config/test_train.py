import pytest

from melanoma.config.train import TrainConfig


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weight_decay": 0.1}, "weight_decay is adamw's; set optimizer to adamw"),
        ({"loss": "focal", "label_smoothing": 0.1}, "label_smoothing works against loss focal"),
        ({"loss": "logit_adjusted", "label_smoothing": 0.1}, "label_smoothing works against loss logit_adjusted"),
        ({"loss": "logit_adjusted", "sampler": "sqrt"}, "each balance alone; choose one of them"),
        ({"class_weights": "balanced", "sampler": "balanced"}, "each balance alone; choose one of them"),
        ({"epochs": 3, "warmup_epochs": 3}, "warmup_epochs leaves no epoch at the full rate"),
    ],
)
def test_settings_that_would_do_nothing_or_the_same_twice_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        TrainConfig(**settings)


def test_each_alternative_is_taken_alone():
    for settings in ({"loss": "logit_adjusted"}, {"class_weights": "balanced"}, {"sampler": "sqrt"}):
        assert TrainConfig(label_smoothing=0.0, **settings)
