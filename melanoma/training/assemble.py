"""The network that is trained: all of it from random weights, or a new head on a pretrained backbone."""

from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from melanoma.config.train import TrainConfig
from melanoma.errors import ConfigError
from melanoma.models.catalog import find_network
from melanoma.models.network import Network, Shape
from melanoma.training.augment import Augmentation

Tensor = Any


@dataclass(frozen=True)
class Assembled:
    """A network for prediction, and the parts that it is trained by.

    Attributes:
        network: [n, size, size, 3] in 0..255 -> logits, [n, classes].
        backbone: Its pretrained part, if it has one.
        head: The layers behind that, in order.
    """

    network: keras.Model
    backbone: keras.Model | None = None
    head: tuple[layers.Layer, ...] = ()


def assemble_network(shape: Shape, config: TrainConfig) -> Assembled:
    """Build the network that a configuration names, for the way in which it is trained.

    Args:
        shape: The network's input and output.
        config: Network, method and weights.

    Returns:
        The network, in Keras' precision of the moment.

    Raises:
        ConfigError: If a network without pretrained weights is to be fine-tuned.
    """
    network = find_network(config.network)
    if config.method == "finetune":
        return _with_new_head(network, shape, config)
    return Assembled(network.build(shape, config))


def put_behind_augmentation(assembled: Assembled, strength: float) -> keras.Model:
    """Return what is trained: the network, which shares its weights, behind its augmentation.

    A pretrained backbone stays in inference mode while it learns: its batch normalisation keeps the statistics of the
    many images that it has seen, which those of a small batch would only disturb.

    Args:
        assembled: The network.
        strength: Of the augmentation; 0: none.

    Returns:
        [n, size, size, 3] in 0..255 -> logits, [n, classes].
    """
    if assembled.backbone is None and not strength:
        return assembled.network
    image = keras.Input(assembled.network.input_shape[1:], name="image")
    seen = Augmentation(strength)(image) if strength else image
    if assembled.backbone is None:
        return keras.Model(image, assembled.network(seen), name="trainer")
    logits = _InInferenceMode(assembled.backbone)(seen)
    for layer in assembled.head:
        logits = layer(logits)
    return keras.Model(image, logits, name="trainer")


def _with_new_head(network: Network, shape: Shape, config: TrainConfig) -> Assembled:
    """Put dropout and one dense layer on a backbone."""
    if network.backbone is None:
        raise ConfigError(f"train.method: {network.name} has no pretrained weights to fine-tune; use scratch")
    backbone = network.backbone.build(shape.size_px, config.weights)
    dropout = layers.Dropout(config.dropout, name="dropout")
    dense = layers.Dense(shape.classes, dtype="float32", name="logits")
    image = keras.Input((shape.size_px, shape.size_px, 3), name="image")
    return Assembled(
        keras.Model(image, dense(dropout(backbone(image))), name="finetuned"), backbone, head=(dropout, dense)
    )


class _InInferenceMode(layers.Layer):  # type: ignore[misc]  # keras has no types
    """Calls a network in inference mode, also in a training step.

    A functional model would hand ``training=True`` on to it, whatever it was called with when the model was put
    together.
    """

    def __init__(self, network: keras.Model) -> None:
        super().__init__(name="in_inference_mode")
        self.network = network

    def call(self, images: Tensor) -> Tensor:
        return self.network(images, training=False)
