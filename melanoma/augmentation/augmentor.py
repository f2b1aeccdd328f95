"""Augmentor's operations, made repeatable: each is applied on its own random stream and with an exact coin.

Augmentor draws from the global generators of Python and numpy, which threads share, and rounds probabilities so that 0
fires in 5 % and 0.5 in 55 % of cases. Here its operations draw from streams that belong to the thread and are seeded
for each copy, and the coin is ours. Augmentor's own classes do the work on the pixels.
"""

import random
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import Augmentor
import numpy as np
from Augmentor import Operations
from numpy.typing import NDArray
from PIL import Image

from melanoma.augmentation.repairs import repair
from melanoma.augmentation.surface import evaluate_once
from melanoma.config.balance import OperationConfig

_SMALLEST_PX = 32
_MOST_PIXELS = 4_000_000
_LONGEST_SHAPE = 1.5


class _Streams(threading.local):
    """The random streams of one thread, under the names by which Augmentor calls them.

    A thread that makes no copies of ours keeps the global ones, so that Augmentor works as ever beside us.
    """

    python: Any = random
    numpy: Any = np.random

    def seed(self, seed: int) -> None:
        self.python = random.Random(seed)
        self.numpy = np.random.RandomState(seed % 2**32)


_streams = _Streams()


class _ThreadRandom:
    """Stands in for the module `random` inside Augmentor."""

    def __getattr__(self, name: str) -> object:
        return getattr(_streams.python, name)


class _ThreadNumpy(ModuleType):
    """Stands in for numpy inside Augmentor: numpy, but for random numbers, and for what is deprecated or slow."""

    matrix = staticmethod(np.array)  # gives the same product, and no warning
    vectorize = staticmethod(evaluate_once)

    def __getattr__(self, name: str) -> object:
        return _streams.numpy if name == "random" else getattr(np, name)


class _NoFilters(ModuleType):
    """Stands in for the module `warnings` inside Augmentor, which would change the filters of all threads."""

    catch_warnings = staticmethod(nullcontext)

    @staticmethod
    def simplefilter(_: str) -> None:
        """Leave the filters as they are; the operation that calls this has not warned for years."""

    def __getattr__(self, name: str) -> object:
        return getattr(warnings, name)


@dataclass(frozen=True)
class Step:
    """One operation and how often it is applied."""

    operate: Callable[[Image.Image], Image.Image]
    probability: float


def build_policy(configs: Sequence[OperationConfig]) -> tuple[Step, ...]:
    """Turn configured operations into Augmentor's, in their order.

    Args:
        configs: Name, probability and options of each.

    Returns:
        The steps.
    """
    _isolate()
    return tuple(_step(config) for config in configs)


def apply_policy(policy: Sequence[Step], pixels: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """Make one copy of an image.

    Operations that change a picture's size, such as a crop, hand it on as it is, and the last step brings it back to
    its size. Each operation is given three channels, whatever the one before it left.

    Args:
        policy: The steps.
        pixels: uint8, [size, size, 3].
        seed: Decides everything random about this copy.

    Returns:
        uint8, [size, size, 3].
    """
    _streams.seed(seed)
    coins = np.random.default_rng((seed, 1)).random(len(policy))
    side = pixels.shape[0]
    image = Image.fromarray(pixels)
    for step, coin in zip(policy, coins, strict=True):
        if coin < step.probability:
            image = step.operate(image if _is_workable(image, side) else _square(image, side)).convert("RGB")
    return np.asarray(_square(image, side), dtype=np.uint8)


def _is_workable(image: Image.Image, side: int) -> bool:
    """Tell whether every operation works on a picture of this size: neither tiny nor narrow nor huge."""
    short, long = sorted(image.size)
    return short >= min(side, _SMALLEST_PX) and long <= _LONGEST_SHAPE * short and short * long <= _MOST_PIXELS


def _square(image: Image.Image, side: int) -> Image.Image:
    return image if image.size == (side, side) else image.resize((side, side), Image.Resampling.BICUBIC)


@cache
def _isolate() -> None:
    """Give Augmentor's operations generators of their own, and keep them from what all threads share."""
    Operations.random = _ThreadRandom()
    Operations.np = _ThreadNumpy("numpy")
    Operations.warnings = _NoFilters("warnings")


def _step(config: OperationConfig) -> Step:
    pipeline = Augmentor.Pipeline()
    getattr(pipeline, config.name)(probability=1, **config.options)  # it adds the operation; the coin is ours
    (operation,) = pipeline.operations
    return Step(repair(operation), config.probability)
