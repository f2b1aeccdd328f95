"""Augmentor's operations, made repeatable: each is applied on its own random stream and with an exact coin.

Augmentor draws from the global generators of Python and numpy, which threads share, and rounds probabilities so that 0
fires in 5 % and 0.5 in 55 % of cases. Here its operations draw from streams that belong to the thread and are seeded
for each copy, and the coin is ours. Augmentor's own classes do the work on the pixels.
"""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import Augmentor
import numpy as np
from Augmentor import Operations
from numpy.typing import NDArray
from PIL import Image

from melanoma.config.balance import OperationConfig
from melanoma.errors import ConfigError


class _Streams(threading.local):
    """The random streams of one thread, under the names by which Augmentor calls them."""

    python: random.Random
    numpy: np.random.RandomState

    def seed(self, seed: int) -> None:
        self.python = random.Random(seed)
        self.numpy = np.random.RandomState(seed % 2**32)


_streams = _Streams()


class _ThreadRandom:
    """Stands in for the module `random` inside Augmentor."""

    def __getattr__(self, name: str) -> object:
        return getattr(_streams.python, name)


class _ThreadNumpy(ModuleType):
    """Stands in for numpy inside Augmentor: numpy, but for its random numbers."""

    def __getattr__(self, name: str) -> object:
        return _streams.numpy if name == "random" else getattr(np, name)


@dataclass(frozen=True)
class Step:
    """One operation and how often it is applied."""

    operation: Any
    probability: float


def build_policy(configs: Sequence[OperationConfig]) -> tuple[Step, ...]:
    """Turn configured operations into Augmentor's, in their order.

    Args:
        configs: Name, probability and options of each.

    Returns:
        The steps.

    Raises:
        ConfigError: If Augmentor has no such operation or refuses its options.
    """
    _isolate_random_state()
    return tuple(_step(config) for config in configs)


def apply_policy(policy: Sequence[Step], pixels: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """Make one copy of an image.

    Args:
        policy: The steps.
        pixels: uint8, [size, size, 3].
        seed: Decides everything random about this copy.

    Returns:
        uint8, [size, size, 3].
    """
    _streams.seed(seed)
    coins = np.random.default_rng((seed, 1)).random(len(policy))
    image = Image.fromarray(pixels)
    for step, coin in zip(policy, coins, strict=True):
        if coin < step.probability:
            (image,) = step.operation.perform_operation([image])
    side = pixels.shape[0]
    if image.size != (side, side):
        image = image.resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


@cache
def _isolate_random_state() -> None:
    Operations.random = _ThreadRandom()
    Operations.np = _ThreadNumpy("numpy")


def _step(config: OperationConfig) -> Step:
    pipeline = Augmentor.Pipeline()
    add = getattr(pipeline, config.name, None)
    if add is None:
        raise ConfigError(f"balance.operations: Augmentor has no operation {config.name!r}; see its Pipeline's methods")
    try:
        add(probability=1, **config.options)
        (operation,) = pipeline.operations
    except (TypeError, ValueError) as problem:
        raise ConfigError(f"balance.operations: {config.name}: {problem}; see Augmentor's documentation") from problem
    return Step(operation, config.probability)
