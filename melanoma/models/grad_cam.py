"""Heat maps: where in a picture a network found what speaks for a diagnosis.

Grad-CAM (Selvaraju et al. 2017, Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization, ICCV)
weighs the last maps of a convolutional network by the gradient of a diagnosis' score, averaged over positions. The maps
are taken where they become a vector, by pooling or flattening. A head that looks at several depths, or at several
networks joined, has several such places: their maps are brought to one size and added, each with its share of the
score. Behind global pooling and a linear head that is exact: the mean of a map is the logit without its bias (class
activation mapping; Zhou et al. 2016, Learning Deep Features for Discriminative Localization, CVPR).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray
from PIL import Image

from melanoma.errors import UsageError
from melanoma.models.inputs import Inputs, count_rows, take_rows

Tensor = Any

Floats = NDArray[np.float32]

_POOLS = (layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D)
_CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D)
_AT_ONCE = 8


def find_places(network: keras.Model) -> list[layers.Layer]:
    """Return the layers in which maps become the vector that the diagnosis is told from; none where there are no maps.

    A flattened picture counts only behind a convolution: the units of a dense layer on pixels belong to no place.

    Args:
        network: [n, size, size, 3] -> [n, classes].
    """
    found = list(_walk(network))
    has_convolution = any(isinstance(layer, _CONVOLUTIONS) for layer in found)
    kinds = (*_POOLS, layers.Flatten) if has_convolution else _POOLS
    return [layer for layer in found if isinstance(layer, kinds) and _has_maps(layer) and _ends_in_vectors(layer)]


def counts_middle_more(network: keras.Model) -> bool:
    """Tell whether the network weighs places of its maps by a window, whatever they show.

    Args:
        network: [n, size, size, 3] -> [n, classes].
    """
    return any(isinstance(layer, layers.Rescaling) and np.ndim(layer.scale) == 3 for layer in _walk(network))


def map_heat(network: keras.Model, inputs: Inputs, codes: Sequence[int]) -> Floats:
    """Return for each picture what of the score of a diagnosis comes from where.

    Args:
        network: [n, size, size, 3] in 0..255 -> one score per diagnosis, [n, classes], before any softmax; computes in
            float32; has at least one of `find_places`.
        inputs: Pictures, uint8, [n, size, size, 3], with metadata if it takes any; what that adds to a score has no
            place.
        codes: The diagnosis to explain of each, [n], by its number.

    Returns:
        float32, [n, h, w] at the size of the network's finest maps; above 0 speaks for the diagnosis, below 0 against.
    """
    places = find_places(network)
    starts = range(0, count_rows(inputs), _AT_ONCE)
    chunks = [slice(start, start + _AT_ONCE) for start in starts]
    return np.concatenate([_map_chunk(network, places, take_rows(inputs, chunk), codes[chunk]) for chunk in chunks])


def _walk(network: keras.Model) -> Iterator[layers.Layer]:
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from _walk(layer)
        else:
            yield layer


def _has_maps(layer: layers.Layer) -> bool:
    shape = layer.input.shape
    return len(shape) == 4 and shape[1] * shape[2] > 1


def _ends_in_vectors(layer: layers.Layer) -> bool:
    """Tell whether all that is made of a layer's vector are vectors; a gate within a block makes maps of it again."""
    waiting = [layer]
    while waiting:
        for node in waiting.pop()._outbound_nodes:
            if any(len(tensor.shape) > 2 for tensor in node.outputs):
                return False
            waiting.append(node.operation)
    return len(layer.output.shape) == 2


def _map_chunk(network: keras.Model, places: Sequence[layers.Layer], inputs: Inputs, codes: Sequence[int]) -> Floats:
    chosen = np.eye(network.output_shape[-1], dtype=np.float32)[list(codes)]

    def score(shifts: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        with ExitStack() as stack:
            seen = [stack.enter_context(_shifted(*pair)) for pair in zip(places, shifts, strict=True)]
            output = network(keras.tree.map_structure(ops.convert_to_tensor, inputs), training=False)
        return ops.sum(output * chosen), [maps[0] for maps in seen]

    shifts = [ops.zeros((len(codes), *place.input.shape[1:])) for place in places]
    gradients, maps = _differentiate(score, shifts)
    shares = [_weigh(one, gradient) for one, gradient in zip(maps, gradients, strict=True)]
    finest = max((share.shape[1:] for share in shares), key=np.prod)
    total: Floats = np.sum([_resize(share, finest) for share in shares], axis=0, dtype=np.float32)
    return total


def _weigh(maps: Floats, gradient: Floats) -> Floats:
    """Weigh channels by their mean gradient; over all positions the mean of the result is their share of the score."""
    positions = maps.shape[1] * maps.shape[2]
    weights = gradient.mean(axis=(1, 2), keepdims=True) * positions
    share: Floats = (maps * weights).sum(axis=3)
    return share


def _resize(maps: Floats, shape: tuple[int, ...]) -> Floats:
    """Bring maps, [n, h, w], to another size, bilinearly."""
    size = (shape[1], shape[0])
    return np.stack([np.asarray(Image.fromarray(one).resize(size, Image.Resampling.BILINEAR)) for one in maps])


@contextmanager
def _shifted(layer: layers.Layer, shift: Tensor) -> Iterator[list[Tensor]]:
    """Add something to what a layer takes, and keep what it was given: Keras has no other way into a nested network."""
    kept: list[Tensor] = []
    original = layer.call

    def call(maps: Tensor, *args: object, **kwargs: object) -> Tensor:
        kept.append(maps)
        return original(maps + shift, *args, **kwargs)

    object.__setattr__(layer, "call", call)
    try:
        yield kept
    finally:
        object.__delattr__(layer, "call")


def _differentiate(
    score: Callable[[list[Tensor]], tuple[Tensor, list[Tensor]]], at: list[Tensor]
) -> tuple[list[Floats], list[Floats]]:
    """Return the gradient of a score by the backend in use, and what the score was made from.

    Raises:
        UsageError: If Keras runs on a backend other than TensorFlow and JAX.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(at)
            value, made_from = score(at)
        gradients = tape.gradient(value, at)
    elif backend == "jax":
        import jax

        gradients, made_from = jax.grad(score, has_aux=True)(at)
    else:
        raise UsageError(
            f"heat maps need gradients of TensorFlow or JAX, received KERAS_BACKEND={backend}; "
            "set it to tensorflow or jax, or explain.enabled=false"
        )
    return [np.asarray(one) for one in gradients], [np.asarray(one) for one in made_from]
