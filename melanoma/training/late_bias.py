"""The bias of a convolution behind the pooling that follows it, where it has a quarter of the numbers to pass."""

from functools import partial
from itertools import pairwise
from typing import Any

import keras
from keras import layers, ops

Tensor = Any


def add_bias_behind_pooling(network: keras.Model) -> None:
    """Let the convolutions of a chain of layers leave their bias to the pooling that comes next.

    The greatest of some numbers plus a bias is the greatest of their sums with it, so the network computes what it did
    and learns what it did, up to rounding. The layers stay Keras' own, so that a file does not tell.

    Args:
        network: Is changed where a convolution without activation stands before a pooling that takes the greatest.
    """
    if not isinstance(network, keras.Sequential):
        return
    for convolution, pool in pairwise(network.layers):
        if _can_wait(convolution, pool):
            convolution.call = partial(_convolve, convolution)
            pool.call = partial(_pool_and_add, pool, convolution)


def _can_wait(convolution: layers.Layer, pool: layers.Layer) -> bool:
    is_pair = isinstance(convolution, layers.Conv2D) and isinstance(pool, layers.MaxPooling2D)
    return is_pair and _is_bias_last(convolution) and convolution.compute_dtype == pool.compute_dtype


def _is_bias_last(convolution: layers.Conv2D) -> bool:
    is_linear = convolution.activation in (None, keras.activations.linear)
    return convolution.use_bias and is_linear and convolution.data_format == "channels_last"


def _convolve(convolution: layers.Conv2D, maps: Tensor) -> Tensor:
    return convolution.convolution_op(maps, convolution.kernel)


def _pool_and_add(pool: layers.MaxPooling2D, convolution: layers.Conv2D, maps: Tensor) -> Tensor:
    return ops.add(layers.MaxPooling2D.call(pool, maps), ops.reshape(convolution.bias, (1, 1, 1, -1)))
