"""How many images per second two networks pass, measured in turn."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from melanoma.models.forward import Forward
from melanoma.models.inputs import Inputs, pair_inputs
from melanoma.training.metadata import encode_metadata
from melanoma.training.model_info import ModelInfo

BATCH = 32
ROUNDS = 5
Rounds = tuple[float, ...]


def measure_rates(networks: Sequence[tuple[Forward, ModelInfo]], clock: Callable[[], float]) -> tuple[Rounds, ...]:
    """Measure each network on grey pictures, round by round, so that neighbours share what else the machine does.

    Args:
        networks: Each with what it takes.
        clock: Gives the time in seconds.

    Returns:
        For each network, its images per second in each round; the first pass, which prepares, is not counted.
    """
    batches = [_draw_grey(info) for _, info in networks]
    for (forward, _), inputs in zip(networks, batches, strict=True):
        forward(inputs)
    rates: list[list[float]] = [[] for _ in networks]
    for _ in range(ROUNDS):
        for found, (forward, _), inputs in zip(rates, networks, batches, strict=True):
            start = clock()
            forward(inputs)
            found.append(BATCH / max(clock() - start, 1e-9))
    return tuple(map(tuple, rates))


def _draw_grey(info: ModelInfo) -> Inputs:
    """Return a batch of grey pictures of which nothing is known."""
    pictures = np.full((BATCH, info.size_px, info.size_px, 3), 127, dtype=np.uint8)
    inputs: Inputs = pair_inputs(pictures, encode_metadata(pd.DataFrame(index=range(BATCH)), info.metadata))
    return inputs
