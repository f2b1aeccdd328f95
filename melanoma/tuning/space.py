"""What is searched, and how a trial's values become a configuration."""

from collections.abc import Mapping
from typing import Any

from melanoma.config.loading import load_config
from melanoma.config.pipeline import PipelineConfig
from melanoma.config.train import TrainConfig
from melanoma.config.tune import Choice, Dimension, TuneConfig
from melanoma.errors import ConfigError
from melanoma.training.method import settle_method

Space = Mapping[str, Dimension]
Values = Mapping[str, Choice]
_SECTIONS = ("train", "balance")
_KEYS = ("ingest.size_px",)
# One network is measured in a trial; how many a model joins in the end is a matter of time, not of luck. A file of
# weights is looked at once, when the search begins.
_NOT_SEARCHED = ("train.members", "train.members_over", "train.weights")
_OF_MLP = (
    "train.dropout",
    "train.epochs",
    "train.batch_size",
    "train.learning_rate",
    "train.patience",
    "train.early_stopping",
    "train.head.hidden",
)

_LOSS = Dimension(choices=("cross_entropy", "logit_adjusted"))
_COPIES = Dimension(choices=("none", "fill"))
_RATE = Dimension(low=1e-4, high=1e-2, log=True)
_DROPOUT = Dimension(low=0.0, high=0.6, step=0.1)
_STRENGTH = Dimension(low=0.0, high=1.0, step=0.25)
_OF_METHOD = {
    "head": {
        "train.head.kind": Dimension(choices=("linear", "mlp")),
        "train.loss": _LOSS,
        "balance.mode": _COPIES,
        "train.learning_rate": _RATE,
        "train.dropout": _DROPOUT,
    },
    "finetune": {
        "train.learning_rate": _RATE,
        "train.backbone_rate": Dimension(low=0.01, high=1.0, log=True),
        "train.loss": _LOSS,
        "balance.mode": _COPIES,
        "train.augment": _STRENGTH,
        "train.dropout": _DROPOUT,
    },
    "scratch": {
        "train.learning_rate": _RATE,
        "train.loss": _LOSS,
        "balance.mode": _COPIES,
        "train.augment": _STRENGTH,
        "train.dropout": _DROPOUT,
    },
}
_DECAY = Dimension(low=1e-4, high=0.3, log=True)


def settle_space(config: PipelineConfig) -> dict[str, Dimension]:
    """Return what is searched, and refuse what cannot be, before any work.

    Args:
        config: The whole configuration.

    Returns:
        The space of the configuration; if it has none, one that suits its method.

    Raises:
        ConfigError: If there are too few folds, or the configuration refuses a key or a value of the space.
    """
    method = settle_method(config.train).method
    if config.split.protocol != "grouped":
        raise ConfigError(f"split.protocol: {config.split.protocol} makes no folds to search on; set it to grouped")
    if config.tune.folds > config.split.folds:
        made = f"the split makes {config.split.folds}"
        raise ConfigError(f"tune.folds: {config.tune.folds} folds, but {made}; lower it or raise split.folds")
    space = config.tune.space or _default_space(method, config.train)
    for key, dimension in space.items():
        _require_searchable(key)
        for value in dimension.ends:
            _try_value(config, key, value)
    return dict(space)


def configure_trial(config: PipelineConfig, values: Values) -> PipelineConfig:
    """Return the configuration of a trial: that of the search with the trial's values, and one network.

    Values that a linear head does not look at stay as they are, so that trials that differ in nothing else are one.

    Raises:
        ConfigError: If the values do not go together.
    """
    trial = _with_values(config, {"train.members": 1, **values})
    if settle_method(trial.train).method != "head" or trial.train.head.kind != "linear":
        return trial
    return _with_values(config, {"train.members": 1, **{key: values[key] for key in values if key not in _OF_MLP}})


def configure_best(config: PipelineConfig, values: Values) -> PipelineConfig:
    """Return the configuration that the best trial stands for, without what was said of the search."""
    return _with_values(config.model_copy(update={"tune": TuneConfig()}), values)


def _default_space(method: str, config: TrainConfig) -> dict[str, Dimension]:
    decays = config.optimizer == "adamw"
    return {**_OF_METHOD[method], **({"train.weight_decay": _DECAY} if decays else {})}


def _require_searchable(key: str) -> None:
    if key in _KEYS or (key.split(".")[0] in _SECTIONS and key not in _NOT_SEARCHED):
        return
    raise ConfigError(
        f"tune.space: {key} is not searched; give keys of {' and '.join(_SECTIONS)}, or {', '.join(_KEYS)}"
    )


def _try_value(config: PipelineConfig, key: str, value: Choice) -> None:
    try:
        _with_values(config, {key: value})
    except ConfigError as problem:
        raise ConfigError(f"tune.space: {key}={value}: {problem}") from problem


def _with_values(config: PipelineConfig, values: Values) -> PipelineConfig:
    nested: dict[str, Any] = config.model_dump(mode="json")
    for key, value in values.items():
        *sections, name = key.split(".")
        place = nested
        for section in sections:
            place = place.setdefault(section, {})
            if not isinstance(place, dict):
                raise ConfigError(f"{section} is one value and has no {name} inside")
        place[name] = value
    chosen = load_config(options=nested)
    settle_method(chosen.train)
    return chosen
