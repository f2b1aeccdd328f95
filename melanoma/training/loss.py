"""What a loss is, and losses by name: each file in `melanoma.training.losses` is one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from melanoma.config.train import TrainConfig
from melanoma.discovery import discover

Tensor = Any
LossFunction = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Loss:
    """One loss.

    Attributes:
        name: Its name in the configuration.
        build: Takes the configuration and the number of training images of each class, [classes]; returns the function
            that training minimises: truth [n] and logits [n, classes] -> the loss of each image, [n].
    """

    name: str
    build: Callable[[TrainConfig, NDArray[np.int64]], LossFunction]


def build_loss(config: TrainConfig, images: NDArray[np.int64]) -> LossFunction:
    """Build the loss that a configuration names.

    Args:
        config: ``loss`` and its settings.
        images: Training images of each class, [classes].

    Returns:
        The loss of each image, from truth [n] and logits [n, classes].
    """
    losses: dict[str, Loss] = {module.LOSS.name: module.LOSS for module in discover("melanoma.training.losses")}
    return losses[config.loss].build(config, images)
