"""The notebook's network with dropout before its dense layer."""

import keras
from keras import layers

from melanoma.config.train import TrainConfig
from melanoma.models.blocks import FILTERS, conv_pool_block, head_block, input_block
from melanoma.models.network import Network, Shape


def build(shape: Shape, config: TrainConfig) -> keras.Model:
    """Build it: as many parameters as the plain network (Srivastava et al. 2014)."""
    stack = [
        *input_block(shape),
        *(layer for filters in FILTERS for layer in conv_pool_block(filters)),
        layers.Dropout(config.dropout, name="dropout"),
        *head_block(shape),
    ]
    return keras.Sequential(stack, name="cnn_dropout")


NETWORK = Network("cnn_dropout", build)
