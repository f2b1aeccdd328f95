"""What a network is to the rest of the project: a name and a way to build it."""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from melanoma.config.train import TrainConfig


@dataclass(frozen=True)
class Shape:
    """What a network takes and gives: square RGB images of ``size_px``, and one logit for each of ``classes``."""

    size_px: int
    classes: int


@dataclass(frozen=True)
class Network:
    """One network, a file in `melanoma.models.networks`."""

    name: str
    build: Callable[[Shape, TrainConfig], keras.Model]
