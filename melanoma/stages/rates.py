"""How many images per second two networks pass, measured in turn."""

from collections.abc import Callable, Sequence

import numpy as np

from melanoma.models.forward import Forward

BATCH = 32
ROUNDS = 5
Rounds = tuple[float, ...]


def measure_rates(networks: Sequence[tuple[Forward, int]], clock: Callable[[], float]) -> tuple[Rounds, ...]:
    """Measure each network on grey pictures, round by round, so that neighbours share what else the machine does.

    Args:
        networks: Each with the side of its images, in pixels.
        clock: Gives the time in seconds.

    Returns:
        For each network, its images per second in each round; the first pass, which prepares, is not counted.
    """
    batches = [np.full((BATCH, side, side, 3), 127, dtype=np.uint8) for _, side in networks]
    for (forward, _), images in zip(networks, batches, strict=True):
        forward(images)
    rates: list[list[float]] = [[] for _ in networks]
    for _ in range(ROUNDS):
        for found, (forward, _), images in zip(rates, networks, batches, strict=True):
            start = clock()
            forward(images)
            found.append(BATCH / max(clock() - start, 1e-9))
    return tuple(map(tuple, rates))
