"""A network with random weights in the place of those that it has learned, for a check of its heat maps."""

from collections.abc import Callable, Iterator

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from melanoma.seeding import generator

_CONSTANTS = {"gamma": 1.0, "moving_variance": 1.0}


def randomise_head(network: keras.Model, seed: int) -> keras.Model:
    """Return a copy whose dense layers, which tell diagnoses from features, have random weights."""
    return _randomise(network, lambda layer: isinstance(layer, layers.Dense), seed)


def randomise_backbone(network: keras.Model, seed: int) -> keras.Model:
    """Return a copy in which all but the dense layers have random weights: it has never seen a picture."""
    return _randomise(network, lambda layer: not isinstance(layer, layers.Dense), seed)


def _randomise(network: keras.Model, chosen: Callable[[layers.Layer], bool], seed: int) -> keras.Model:
    """Draw the weights of chosen layers anew.

    Kernels are normal with variance 2 / inputs, which keeps signals of one size behind ReLU (He et al. 2015, Delving
    Deep into Rectifiers, ICCV); normalisation does nothing, biases are 0.
    """
    copy = network.__class__.from_config(network.get_config())
    copy.set_weights(network.get_weights())
    random = generator(seed, "random weights")
    for layer in filter(chosen, _walk(copy)):
        layer.set_weights([_draw(layer, weight, random) for weight in layer.weights])
    return copy


def _walk(network: keras.Model) -> Iterator[layers.Layer]:
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from _walk(layer)
        else:
            yield layer


def _draw(layer: layers.Layer, weight: keras.Variable, random: np.random.Generator) -> NDArray[np.float32]:
    shape = tuple(weight.shape)
    if len(shape) < 2:
        return np.full(shape, _CONSTANTS.get(weight.name, 0.0), dtype=np.float32)
    is_depthwise = isinstance(layer, layers.DepthwiseConv2D)
    inputs = int(np.prod(shape[:2] if is_depthwise else shape[:-1]))
    return random.normal(0, np.sqrt(2 / inputs), shape).astype(np.float32)
