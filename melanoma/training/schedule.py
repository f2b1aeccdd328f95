"""How large the steps are over the course of training."""

import math
from typing import Any

import keras
from keras import ops

Tensor = Any


class Schedule(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]  # keras has no types
    """A rate that rises over the first steps, then stays, or falls to 0 along half a cosine.

    Warm-up is that of Goyal et al. 2017 (Accurate, Large Minibatch SGD, section 2.2), the cosine that of Loshchilov and
    Hutter 2017 (SGDR, equation 5).

    Examples:
        A rate of 0.1 with 2 steps of warm-up and a cosine over 6 steps in all: 0.05, 0.1, then 0.1 times
        (1 + cos(pi * k / 4)) / 2 for k = 0, 1, 2, 3: 0.1, 0.0854, 0.05, 0.0146.
    """

    def __init__(self, rate: float, warmup_steps: int = 0, falls_over: int | None = None) -> None:
        """Say how the rate moves.

        Args:
            rate: The highest.
            warmup_steps: Steps over which it rises to that.
            falls_over: Steps in all, warm-up included, after which it is 0; None: it does not fall.
        """
        super().__init__()
        self._rate = rate
        self._warmup_steps = warmup_steps
        self._falls_over = falls_over

    def __call__(self, step: Tensor) -> Tensor:
        """Return the rate of a step, counted from 0."""
        step = ops.cast(step, "float32")
        risen = ops.minimum((step + 1) / max(self._warmup_steps, 1), 1.0) if self._warmup_steps else 1.0
        if self._falls_over is None:
            return self._rate * risen * ops.ones_like(step)
        way = (step - self._warmup_steps) / max(self._falls_over - self._warmup_steps, 1)
        fallen = (1 + ops.cos(math.pi * ops.clip(way, 0.0, 1.0))) / 2
        return self._rate * risen * fallen

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds it."""
        return {"rate": self._rate, "warmup_steps": self._warmup_steps, "falls_over": self._falls_over}
