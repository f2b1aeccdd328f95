"""Every random draw inside a network, dropout and augmentation, follows from the seed, the epoch and the step."""

import keras
import numpy as np

from melanoma.seeding import derive_seed

_STATE = "seed_generator_state"


def seed_epoch(network: keras.Model, seed: int, epoch: int) -> None:
    """Set the random generators of all layers for an epoch; each then counts the steps by itself.

    Keras does not keep their state with the weights, so an epoch that is begun anew would draw other numbers.

    Args:
        network: With layers that draw.
        seed: The run's seed.
        epoch: Counted from 0.
    """
    states = [variable for variable in network.variables if variable.name == _STATE]
    for number, state in enumerate(states):
        state.assign(np.array([derive_seed(seed, "draws", epoch, number) % 2**31, 0]))
