"""The vectors from which a network tells the diagnosis: what its last dense layer takes."""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

from melanoma.models.forward import fast_forward, in_float32
from melanoma.models.inputs import Floats, Inputs
from melanoma.training.compose import list_members

Tensor = Any
Embed = Callable[[Inputs], Floats]


def open_embedding(network: keras.Model) -> Embed | str:
    """Return what gives the vectors behind a model's diagnoses, or in words why there are none.

    Of a model that averages over networks it is the first of them, and of the symmetries of a picture the picture as
    it is: each member has seen the same images.

    Args:
        network: The whole model, [n, size, size, 3] in 0..255, with metadata if it takes any -> [n, classes].

    Returns:
        A function of the same inputs that gives float32, [n, features].
    """
    member = list_members(network)[0]
    vector = _find_vector(member)
    if vector is None:
        return f"the network {member.name} does not end in a dense layer"
    return fast_forward(in_float32(keras.Model(member.inputs, vector, name="embedding")))


def _find_vector(network: keras.Model) -> Tensor | None:
    """Return what the last dense layer takes, as a tensor of the network's own graph; None if it ends otherwise."""
    (output,) = network.outputs
    operation, number, _ = output._keras_history
    given = operation._inbound_nodes[number].input_tensors
    while not isinstance(operation, keras.Model | layers.Dense):
        if len(given) != 1 or any(given[0] is entry for entry in network.inputs):
            return None
        operation, number, _ = given[0]._keras_history
        given = operation._inbound_nodes[number].input_tensors
    if isinstance(operation, layers.Dense):
        return given[0]
    inner = _find_vector(operation)
    return None if inner is None else keras.Model(operation.inputs, inner)(_as_called(operation, given))


def _as_called(network: keras.Model, given: list[Tensor]) -> Tensor:
    """Return tensors in the form in which a nested network takes them: alone, or by the names of its inputs."""
    return given[0] if len(given) == 1 else dict(zip((tensor.name for tensor in network.inputs), given, strict=True))
