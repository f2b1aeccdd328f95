"""Which number format trains faster here: measured, because it depends on the processor and on the network."""

import math
from collections.abc import Callable

import keras
import numpy as np

from melanoma.config.train import TrainConfig
from melanoma.models.inputs import pair_inputs
from melanoma.models.network import Shape
from melanoma.training.assemble import assemble_network, put_behind_augmentation
from melanoma.training.devices import share_batches

CLEARLY_FASTER = 1.3
_HOPELESS = 3.0  # times as long as in float32: without bfloat16 in hardware it is 7 to 13, of seconds for each step
_WARM_UP_STEPS, _TIMED_STEPS = 2, 4


def choose_precision(config: TrainConfig, shape: Shape, clock: Callable[[], float]) -> str:
    """Return the precision to train in.

    Args:
        config: ``precision`` says it, or ``auto``.
        shape: The network's input and output.
        clock: Gives the time in seconds.

    Returns:
        ``mixed_bfloat16`` if it was asked for or trains clearly faster, else ``float32``.
    """
    if config.precision != "auto":
        return config.precision
    single = _time_steps("float32", config, shape, clock)
    mixed = _time_steps("mixed_bfloat16", config, shape, clock, hopeless=_HOPELESS * single)
    return "mixed_bfloat16" if single > CLEARLY_FASTER * mixed else "float32"


def _time_steps(
    precision: str, config: TrainConfig, shape: Shape, clock: Callable[[], float], hopeless: float = math.inf
) -> float:
    """Return the seconds of the fastest of some training steps of the whole network on blank images.

    A step that takes longer than is hopeless is the last one, unless it is the first, which is compiled.
    """
    keras.utils.clear_session()
    keras.mixed_precision.set_global_policy(precision)
    with share_batches(config.devices):
        return _time_fastest(config, shape, clock, hopeless)


def _time_fastest(config: TrainConfig, shape: Shape, clock: Callable[[], float], hopeless: float) -> float:
    network = put_behind_augmentation(assemble_network(shape, config), config.augment)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile("adam", loss)
    images = np.zeros((config.batch_size, shape.size_px, shape.size_px, 3), dtype=np.uint8)
    inputs = pair_inputs(images, np.zeros((config.batch_size, shape.metadata), dtype=np.float32))
    truth = np.zeros(config.batch_size, dtype=np.int32)
    best = math.inf
    for step in range(_WARM_UP_STEPS + _TIMED_STEPS):
        start = clock()
        network.train_on_batch(inputs, truth)
        seconds = clock() - start
        if step and seconds > hopeless:
            return seconds
        best = min(best, seconds) if step >= _WARM_UP_STEPS else best
    return best
