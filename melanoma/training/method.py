"""Which of the ways to train a network is meant, and whether the other options go together with it."""

from pydantic import ValidationError

from melanoma.config.train import TrainConfig
from melanoma.errors import ConfigError
from melanoma.models.catalog import require_network, resolve_method


def settle_method(config: TrainConfig) -> TrainConfig:
    """Return a configuration in which the method is no longer auto.

    Args:
        config: The train section.

    Returns:
        The section with the method that is meant.

    Raises:
        ConfigError: If the network or one of the options does not go together with the method.
    """
    require_network(config.network)
    method = resolve_method(config)
    try:
        return TrainConfig.model_validate({**config.model_dump(), "method": method})
    except ValidationError as problem:
        raise ConfigError(problem.errors()[0]["msg"].removeprefix("Value error, ")) from problem
