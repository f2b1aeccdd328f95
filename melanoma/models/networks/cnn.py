"""The notebook's network: three conv-pool blocks of 16, 32 and 64 filters, and a dense layer of 128."""

import keras

from melanoma.config.train import TrainConfig
from melanoma.models.blocks import FILTERS, conv_pool_block, head_block, input_block
from melanoma.models.network import Network, Shape


def build(shape: Shape, _: TrainConfig) -> keras.Model:
    """Build it: 3,989,801 parameters for 180 pixels and nine classes."""
    stack = [
        *input_block(shape),
        *(layer for filters in FILTERS for layer in conv_pool_block(filters)),  # [n, 22, 22, 64] at 180 pixels
        *head_block(shape),
    ]
    return keras.Sequential(stack, name="cnn")


NETWORK = Network("cnn", build)
