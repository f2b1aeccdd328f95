"""The notebook's network with its augmentation layers inside: mirroring, rotation and zoom, another for each image."""

import keras

from melanoma.config.train import TrainConfig
from melanoma.models.blocks import FILTERS, augment_block, conv_pool_block, head_block, input_block
from melanoma.models.network import Network, Shape


def build(shape: Shape, _: TrainConfig) -> keras.Model:
    """Build it: as many parameters as the plain network, and the same network once it is trained."""
    stack = [
        *input_block(shape),
        *augment_block(),
        *(layer for filters in FILTERS for layer in conv_pool_block(filters)),
        *head_block(shape),
    ]
    return keras.Sequential(stack, name="cnn_augmented")


NETWORK = Network("cnn_augmented", build)
