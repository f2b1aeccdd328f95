"""Put networks together: one model that averages over networks and over the symmetries of the picture.

It is made of Keras' own layers and operations alone, so that its file opens in safe mode without this project.
"""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from melanoma.data.symmetries import LEFT_RIGHT, TOP_BOTTOM, TRANSPOSED
from melanoma.models.inputs import fresh_inputs, pair_inputs

Tensor = Any
_AVERAGE = "average"


def average(members: Sequence[keras.Model], views: int) -> keras.Model:
    """Return a model that gives the logarithm of the mean probability over members and views.

    The softmax of that logarithm is the mean probability again, so it stands where logits are expected. The mean of
    probabilities, not of logits: one member that is sure must not outvote the others (Lakshminarayanan et al. 2017,
    Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles, section 2.4).

    Args:
        members: Networks of one shape, [n, size, size, 3] in 0..255, perhaps with metadata, [n, columns] -> logits,
            [n, classes]; they are not changed.
        views: How many of the symmetries, in the order of `melanoma.data.symmetries`, each picture is shown in.

    Returns:
        What takes what a member takes, and gives float32, [n, classes]; the member itself, if it is one and sees one
        view.
    """
    if len(members) == 1 and views == 1:
        return members[0]
    image, metadata = fresh_inputs(members[0])
    seen = ops.concatenate([turn_in_graph(image, view) for view in range(views)], axis=0) if views > 1 else image
    known = ops.concatenate([metadata] * views, axis=0) if metadata is not None and views > 1 else metadata
    given = pair_inputs(seen, known)
    logits = [_copy(member, f"member_{number}")(given) for number, member in enumerate(members, 1)]
    chances = [ops.log_softmax(ops.cast(one, "float32"), axis=-1) for one in logits]
    by_view = [ops.reshape(one, (views, -1, one.shape[-1])) for one in chances]
    together = ops.concatenate(by_view, axis=0)
    mean = ops.logsumexp(together, axis=0) - math.log(views * len(members))
    return keras.Model(pair_inputs(image, metadata), mean, name=_AVERAGE)


def list_members(network: keras.Model) -> list[keras.Model]:
    """Return the networks that `average` has put together; any other network is its own only member."""
    if network.name != _AVERAGE:
        return [network]
    return [layer for layer in network.layers if isinstance(layer, keras.Model)]


def turn_in_graph(pictures: Tensor, symmetry: int) -> Tensor:
    """Return pictures in one of their symmetric forms, as `melanoma.data.symmetries.turn` does for arrays.

    Args:
        pictures: [n, size, size, channels].
        symmetry: 0 to 7.

    Returns:
        [n, size, size, channels].
    """
    if symmetry & LEFT_RIGHT:
        pictures = ops.flip(pictures, axis=2)
    if symmetry & TOP_BOTTOM:
        pictures = ops.flip(pictures, axis=1)
    return ops.transpose(pictures, (0, 2, 1, 3)) if symmetry & TRANSPOSED else pictures


def _copy(member: keras.Model, name: str) -> keras.Model:
    """Copy a network under a name of its own, which each part of a model needs."""
    copy = member.__class__.from_config(member.get_config() | {"name": name})
    copy.set_weights(member.get_weights())
    return copy
