"""The network that is trained: all of it from random weights, or a new head on a pretrained backbone."""

from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from melanoma.config.train import TrainConfig
from melanoma.errors import ConfigError
from melanoma.models.catalog import find_network
from melanoma.models.inputs import IMAGE, METADATA, fresh_inputs, pair_inputs
from melanoma.models.network import Network, Shape
from melanoma.training.augment import Augmentation
from melanoma.training.fused_normalisation import fuse_normalisation
from melanoma.training.late_bias import add_bias_behind_pooling

Tensor = Any


@dataclass(frozen=True)
class Assembled:
    """A network for prediction, and the parts that it is trained by.

    Attributes:
        network: [n, size, size, 3] in 0..255, with metadata, [n, columns], where it takes any -> logits, [n, classes].
        backbone: Its pretrained part, if it has one.
        head: The layers behind that, in order; metadata join before the last.
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
        ConfigError: If a network without pretrained weights is to be fine-tuned, or metadata have no place in one.
    """
    network = find_network(config.network)
    if config.method == "finetune":
        return _with_new_head(network, shape, config)
    whole = network.build(shape, config)
    fuse_normalisation(whole)
    add_bias_behind_pooling(whole)
    return Assembled(_beside_metadata(whole, shape) if shape.metadata else whole)


def put_behind_augmentation(assembled: Assembled, strength: float) -> keras.Model:
    """Return what is trained: the network, which shares its weights, behind its augmentation.

    A pretrained backbone stays in inference mode while it learns: its batch normalisation keeps the statistics of the
    many images that it has seen, which those of a small batch would only disturb.

    Args:
        assembled: The network.
        strength: Of the augmentation; 0: none.

    Returns:
        What takes what the network takes, and gives what it gives.
    """
    if assembled.backbone is None and not strength:
        return assembled.network
    image, metadata = fresh_inputs(assembled.network)
    seen = Augmentation(strength)(image) if strength else image
    if assembled.backbone is None:
        logits = assembled.network(pair_inputs(seen, metadata))
    else:
        logits = _apply_head(assembled.head, _InInferenceMode(assembled.backbone)(seen), metadata)
    return keras.Model(pair_inputs(image, metadata), logits, name="trainer")


def _with_new_head(network: Network, shape: Shape, config: TrainConfig) -> Assembled:
    """Put dropout and one dense layer on a backbone."""
    if network.backbone is None:
        raise ConfigError(f"train.method: {network.name} has no pretrained weights to fine-tune; use scratch")
    backbone = network.backbone.build(shape.size_px, config.weights)
    dropout = layers.Dropout(config.dropout, name="dropout")
    dense = layers.Dense(shape.classes, dtype="float32", name="logits")
    image = keras.Input((shape.size_px, shape.size_px, 3), name=IMAGE)
    metadata = keras.Input((shape.metadata,), name=METADATA) if shape.metadata else None
    logits = _apply_head((dropout, dense), backbone(image), metadata)
    return Assembled(
        keras.Model(pair_inputs(image, metadata), logits, name="finetuned"), backbone, head=(dropout, dense)
    )


def _apply_head(head: tuple[layers.Layer, ...], features: Tensor, metadata: Tensor | None) -> Tensor:
    """Put a head on features, [n, features]; its last layer also sees the metadata, [n, columns]."""
    *before, last = head
    for layer in before:
        features = layer(features)
    return last(features if metadata is None else join_features(features, metadata))


def join_features(features: Tensor, metadata: Tensor) -> Tensor:
    """Put metadata, [n, columns], behind features, [n, features]; in float32, as the layer behind them computes."""
    return layers.Concatenate(dtype="float32", name="with_metadata")([features, metadata])


def _beside_metadata(network: keras.Model, shape: Shape) -> keras.Model:
    """Put a last layer in the place of a network's own that sees metadata, too."""
    last = network.layers[-1]
    if not isinstance(last, layers.Dense):
        raise ConfigError(
            f"train.metadata: {network.name} ends in no dense layer that could take them; choose another network"
        )
    tower = keras.Model(network.inputs[0], last.input, name=f"{network.name}_features")
    image = keras.Input((shape.size_px, shape.size_px, 3), name=IMAGE)
    metadata = keras.Input((shape.metadata,), name=METADATA)
    logits = layers.Dense(shape.classes, dtype="float32", name="logits")
    return keras.Model(pair_inputs(image, metadata), _apply_head((logits,), tower(image), metadata), name=network.name)


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
