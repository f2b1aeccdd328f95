"""Batch normalisation in one operation of TensorFlow, where each of Keras' dozen passes over the maps."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import keras
from keras import layers, ops

Tensor = Any
_MAPS = 4  # axes: [n, h, w, filters]


def fuse_normalisation(network: keras.Model) -> None:
    """Let a network's batch normalisation learn by TensorFlow's fused operation, on a CPU oneDNN's.

    The layers stay Keras' own, and so does what they do when the network predicts; what they compute in a training step
    differs in its last digits. Under JAX and on a GPU nothing is changed: there a compiler joins Keras' operations.

    Args:
        network: Is changed; any part of it that normalises maps, [n, h, w, filters], by scale and offset.
    """
    if not _is_tensorflow_on_a_cpu():
        return
    for layer in _list_layers(network):
        if isinstance(layer, layers.BatchNormalization) and _can_be_fused(layer):
            layer.call = partial(_normalise, layer)


def _is_tensorflow_on_a_cpu() -> bool:
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return all(device.device_type == "CPU" for device in tf.config.list_physical_devices())


def _list_layers(network: keras.Model) -> Iterator[layers.Layer]:
    for layer in network.layers:
        yield from _list_layers(layer) if isinstance(layer, keras.Model) else [layer]


def _can_be_fused(layer: layers.BatchNormalization) -> bool:
    is_of_maps = layer.input_spec.ndim == _MAPS and layer.axis in (-1, _MAPS - 1)
    return is_of_maps and layer.scale and layer.center and not layer.renorm and not layer.synchronized


def _normalise(
    layer: layers.BatchNormalization, maps: Tensor, training: bool | None = None, mask: Tensor | None = None
) -> Tensor:
    """Normalise by the statistics of the batch and move the layer's own towards them, as `BatchNormalization.call`."""
    if not (training and layer.trainable) or mask is not None:
        return layers.BatchNormalization.call(layer, maps, training=training, mask=mask)
    import tensorflow as tf

    done = tf.raw_ops.FusedBatchNormV3(
        x=maps,
        scale=ops.convert_to_tensor(layer.gamma),
        offset=ops.convert_to_tensor(layer.beta),
        mean=(),
        variance=(),
        epsilon=layer.epsilon,
    )
    places = ops.cast(ops.size(maps) // maps.shape[-1], "float32")
    spread = done.batch_variance * (places - 1) / places  # TensorFlow gives the unbiased one, Keras keeps the batch's
    for kept, seen in ((layer.moving_mean, done.batch_mean), (layer.moving_variance, spread)):
        kept.assign(layer.momentum * kept + (1 - layer.momentum) * seen)
    return done.y
