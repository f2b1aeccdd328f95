"""EfficientNet-Lite: the family of Tan & Le (2019), made for devices that are slow at what its big members do.

Lite networks have no squeeze-and-excitation, ReLU6 in place of swish, and a stem and a head that do not scale. Every
convolution pads as TensorFlow's "same" does for the size that it sees, which is what the weights were trained with;
the network in PyTorch that carries them computes that padding once, for the size that it is made for.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from melanoma.config.train import TrainConfig
from melanoma.errors import ModelError
from melanoma.models.network import Backbone, Network, Shape
from melanoma.models.pretrained.package_file import PackageFile, read_package_file
from melanoma.models.pretrained.torch_file import Tensors, read_tensors

FEATURES = 1280
_STEM = 32
_LEVELS_OF_HEADS = (3, 4, 5, 6, 7)
_DIVISOR = 8


@dataclass(frozen=True)
class LiteSize:
    """What makes one member of the family.

    Attributes:
        name: Its name.
        width: Factor on the filters of every block.
        depth: Factor on the repeats of every stage but the first and the last.
        weights: Its ImageNet weights.
    """

    name: str
    width: float
    depth: float
    weights: PackageFile


@dataclass(frozen=True)
class _Stage:
    """Some inverted residual blocks (Sandler et al. 2018): the first changes size and filters, the others add to it."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    filters: int


_STAGES = (  # the output of each is for Lite0 at 224 pixels
    _Stage(1, 3, 1, 1, 16),  # [n, 112, 112, 16]
    _Stage(2, 3, 2, 6, 24),  # [n, 56, 56, 24]
    _Stage(2, 5, 2, 6, 40),  # [n, 28, 28, 40]
    _Stage(3, 3, 2, 6, 80),  # [n, 14, 14, 80]
    _Stage(3, 5, 1, 6, 112),  # [n, 14, 14, 112]
    _Stage(4, 5, 2, 6, 192),  # [n, 7, 7, 192]
    _Stage(1, 3, 1, 6, 320),  # [n, 7, 7, 320]
)


def lite_network(size: LiteSize) -> Network:
    """Return a member of the family, with its ImageNet weights as its backbone."""

    def build(shape: Shape, config: TrainConfig) -> keras.Model:
        body = build_features(size, shape.size_px)
        x = layers.Dropout(config.dropout, name="dropout")(body.output)
        logits = layers.Dense(shape.classes, dtype="float32", name="logits")(x)
        return keras.Model(body.input, logits, name=size.name)

    def build_backbone(levels: Sequence[int], size_px: int, _: str | None) -> keras.Model:
        network = build_features(size, size_px, levels)
        load_weights(network, read_tensors(read_package_file(size.weights), size.weights.path))
        return network

    with_levels = partial(build_backbone, _LEVELS_OF_HEADS)
    return Network(size.name, build, Backbone(partial(build_backbone, ()), lambda _: size.weights.sha256, with_levels))


def build_features(size: LiteSize, size_px: int, levels: Sequence[int] = ()) -> keras.Model:
    """Build the network below its head, from random weights.

    Args:
        size: The member of the family.
        size_px: Side of the images; any, the weights fit all.
        levels: Stages, 1 to 7, whose output is pooled and put before the features: of each filter its mean and its
            spread, the mean of what lies above that, over the picture and over its middle. If there are any, the
            features are pooled over the middle too.

    Returns:
        uint8 or float images, [n, size_px, size_px, 3] in 0..255 -> float32, [n, 1280], with levels
        [n, 4 * filters of the levels + 2 * 1280]; the last 1280 are the same.
    """
    image = keras.Input((size_px, size_px, 3), name="image")
    x = layers.Rescaling(1 / 128, -127 / 128, name="rescale")(image)  # (x - 127) / 128
    x = _normalise(layers.Conv2D(_STEM, 3, 2, "same", use_bias=False, name="conv_stem")(x), "bn0", relu=True)
    pooled, number = [], 0  # x: [n, 112, 112, 32]
    for position, stage in enumerate(_STAGES, start=1):
        for repeat in range(_repeats(stage, size)):
            x = _block(x, stage, stage.stride if repeat == 0 else 1, _filters(stage.filters, size), f"blocks.{number}.")
            number += 1
        if position in levels:
            pooled += _pool_level(x, f"level.{position}")
    x = _normalise(layers.Conv2D(FEATURES, 1, use_bias=False, name="conv_head")(x), "bn1", relu=True)
    features = _mean(x, "features")  # [n, 1280]
    if not pooled:
        return keras.Model(image, features, name=f"{size.name}_features")
    pooled += [_mean(_look_at_middle(x, "features.seen"), "features.middle"), features]
    output = layers.Concatenate(dtype="float32", name="levels")(pooled)
    return keras.Model(image, output, name=f"{size.name}_features")


def load_weights(network: keras.Model, tensors: Tensors) -> None:
    """Put the original's weights into a network of `build_features`.

    Args:
        network: Is changed.
        tensors: The original's, by its names.

    Raises:
        ModelError: If they are those of another network.
    """
    left = {name for name in tensors if not name.startswith("_fc.") and not name.endswith(".num_batches_tracked")}
    for layer in network.layers:
        if layer.weights:
            names = _original_names(layer)
            if not left.issuperset(names):
                raise ModelError(
                    f"weights of {network.name}: {layer.name} is not among them; they are another network's"
                )
            values = [_in_keras_order(layer, tensors[name]) for name in names]
            if [value.shape for value in values] != [tuple(weight.shape) for weight in layer.weights]:
                raise ModelError(
                    f"weights of {network.name}: {layer.name} is not of its shape; they are another network's"
                )
            layer.set_weights(values)
            left.difference_update(names)
    if left:
        raise ModelError(f"weights of {network.name}: {min(left)} has no place; they are another network's")


def _block(x: keras.KerasTensor, stage: _Stage, stride: int, filters: int, name: str) -> keras.KerasTensor:
    """One inverted residual block: [n, s, s, c] -> [n, s / stride, s / stride, filters]."""
    given = x
    channels = given.shape[-1]
    if stage.expand != 1:
        x = layers.Conv2D(channels * stage.expand, 1, use_bias=False, name=f"{name}expand_conv")(x)
        x = _normalise(x, f"{name}bn0", relu=True)  # [n, s, s, 6 c]
    x = layers.DepthwiseConv2D(stage.kernel, stride, "same", use_bias=False, name=f"{name}depthwise_conv")(x)
    x = _normalise(x, f"{name}bn1", relu=True)  # [n, s / stride, s / stride, 6 c]
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}project_conv")(x)
    x = _normalise(x, f"{name}bn2", relu=False)  # [n, s / stride, s / stride, filters]
    return layers.Add(name=f"{name}add")([x, given]) if stride == 1 and channels == filters else x


def _pool_level(x: keras.KerasTensor, name: str) -> list[keras.KerasTensor]:
    """Pool the maps of a stage, [n, s, s, filters], to four numbers of each filter, [n, filters] each.

    They are its mean and spread over the picture, and those over its middle, where dermoscopy puts the lesion. The
    spread is the mean of what lies above the mean, over the picture half of the mean absolute deviation: a texture has
    one, an even surface of the same mean has none. Unlike the standard deviation it is a mean over places, so that a
    heat map can say which place has what share of it.
    """
    return [*_mean_and_spread(x, name, lambda maps, _: maps), *_mean_and_spread(x, f"{name}.middle", _look_at_middle)]


def _mean_and_spread(
    x: keras.KerasTensor, name: str, look_at: Callable[[keras.KerasTensor, str], keras.KerasTensor]
) -> list[keras.KerasTensor]:
    seen = look_at(x, f"{name}.seen")
    centre = layers.GlobalAveragePooling2D(keepdims=True, dtype="float32", name=f"{name}.centre")(seen)
    apart = layers.Subtract(dtype="float32", name=f"{name}.apart")([x, centre])
    above = layers.ReLU(dtype="float32", name=f"{name}.above")(apart)
    return [_mean(seen, name), _mean(look_at(above, f"{name}.above.seen"), f"{name}.spread")]


def _mean(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.GlobalAveragePooling2D(dtype="float32", name=name)(x)


def _look_at_middle(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Weigh the places of maps, [n, s, s, filters], by the cube of Hann's window along both sides, 1 on average."""
    side = x.shape[1]
    along = np.sin(np.pi * (np.arange(side) + 0.5) / side) ** 6
    window = np.outer(along, along) / along.mean() ** 2
    return layers.Rescaling(window[..., None].tolist(), dtype="float32", name=name)(x)


def _normalise(x: keras.KerasTensor, name: str, *, relu: bool) -> keras.KerasTensor:
    x = layers.BatchNormalization(momentum=0.99, epsilon=1e-3, name=name)(x)
    return layers.ReLU(6, name=f"{name}.relu")(x) if relu else x


def _filters(filters: int, size: LiteSize) -> int:
    """Scale filters to a multiple of eight that is no more than a tenth below what was asked for."""
    wanted = filters * size.width
    rounded = max(_DIVISOR, int(wanted + _DIVISOR / 2) // _DIVISOR * _DIVISOR)
    return rounded if rounded >= 0.9 * wanted else rounded + _DIVISOR


def _repeats(stage: _Stage, size: LiteSize) -> int:
    return stage.repeats if stage in (_STAGES[0], _STAGES[-1]) else math.ceil(stage.repeats * size.depth)


def _original_names(layer: layers.Layer) -> list[str]:
    """Return the original's names of a layer's weights: ``blocks.3.expand_conv`` is ``_blocks.3._expand_conv``."""
    name = re.sub(r"(^|\.)(?=[a-z])", r"\1_", layer.name)
    normalises = isinstance(layer, layers.BatchNormalization)
    parts = ("weight", "bias", "running_mean", "running_var") if normalises else ("weight",)
    return [f"{name}.{part}" for part in parts]


def _in_keras_order(layer: layers.Layer, tensor: NDArray[np.generic]) -> NDArray[np.generic]:
    """Turn a kernel: [out, in, h, w] -> [h, w, in, out], depthwise [c, 1, h, w] -> [h, w, c, 1]."""
    if tensor.ndim != 4:
        return tensor
    return tensor.transpose(2, 3, 0, 1) if isinstance(layer, layers.DepthwiseConv2D) else tensor.transpose(2, 3, 1, 0)
