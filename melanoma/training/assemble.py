"""The network that is trained: all of it from random weights, or a new head on a pretrained backbone."""

from dataclasses import dataclass

import keras
from keras import layers

from melanoma.config.train import TrainConfig
from melanoma.errors import ConfigError
from melanoma.models.catalog import find_network
from melanoma.models.network import Network, Shape


@dataclass(frozen=True)
class Assembled:
    """A network, [n, size, size, 3] in 0..255 -> logits, [n, classes], and its pretrained part, if it has one."""

    network: keras.Model
    backbone: keras.Model | None = None


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


def _with_new_head(network: Network, shape: Shape, config: TrainConfig) -> Assembled:
    """Put dropout and one dense layer on a backbone.

    The backbone stays in inference mode while it learns: its batch normalisation keeps the statistics of the many
    images that it has seen, which those of a small batch would only disturb.
    """
    if network.backbone is None:
        raise ConfigError(f"train.method: {network.name} has no pretrained weights to fine-tune; use scratch")
    backbone = network.backbone.build(shape.size_px, config.weights)
    image = keras.Input((shape.size_px, shape.size_px, 3), name="image")
    features = backbone(image, training=False)
    kept = layers.Dropout(config.dropout, name="dropout")(features)
    logits = layers.Dense(shape.classes, dtype="float32", name="logits")(kept)
    return Assembled(keras.Model(image, logits, name="finetuned"), backbone)
