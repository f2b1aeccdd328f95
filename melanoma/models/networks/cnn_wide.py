"""The notebook's largest network: its three conv-pool blocks with four times the filters, 64, 128 and 256."""

import keras

from melanoma.config.train import TrainConfig
from melanoma.models.blocks import conv_pool_block, head_block, input_block
from melanoma.models.network import Network, Shape

WIDE_FILTERS = (64, 128, 256)


def build(shape: Shape, _: TrainConfig) -> keras.Model:
    """Build it: 16,231,817 parameters for 180 pixels and nine classes."""
    stack = [
        *input_block(shape),
        *(layer for filters in WIDE_FILTERS for layer in conv_pool_block(filters)),  # [n, 22, 22, 256] at 180 pixels
        *head_block(shape),
    ]
    return keras.Sequential(stack, name="cnn_wide")


NETWORK = Network("cnn_wide", build)
