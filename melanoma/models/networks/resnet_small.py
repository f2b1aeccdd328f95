"""A residual network of 1.2 million parameters that learns from some thousand images (He et al. 2016).

Its stem takes the picture to a quarter of its side at once, because on a CPU normalisation costs by the pixel, and all
of its convolutions are plain ones, which bfloat16 makes faster. A lesion has no up and no left: each image is mirrored
both ways, anew in each epoch. Turning and zooming would make a step a third longer; `train.augment` does that. At a
constant rate it is no better than the notebook's network: it needs a rate that falls, augmentation, and epochs, as
configs/scratch.yaml has them.
"""

import keras
from keras import KerasTensor, layers

from melanoma.config.train import TrainConfig
from melanoma.models.blocks import input_block
from melanoma.models.network import Network, Shape

STEM_FILTERS = 32
BLOCK_FILTERS = (32, 64, 128, 256)
MOMENTUM = 0.9  # Keras' 0.99 follows the weights too slowly where an epoch has a hundred steps


def build(shape: Shape, config: TrainConfig) -> keras.Model:
    """Build it: 1,235,433 parameters for nine classes at any size; shapes are given for 180 pixels."""
    image, rescale = input_block(shape)  # [n, 180, 180, 3]
    x = layers.RandomFlip("horizontal", name="mirror_left_right")(rescale(image))
    x = layers.RandomFlip("vertical", name="mirror_up_down")(x)  # apart: Keras' joint mode has one coin for both
    x = _convolve(x, STEM_FILTERS, "stem", kernel=7, stride=4)
    x = layers.ReLU(name="stem_relu")(x)  # [n, 45, 45, 32]
    for number, filters in enumerate(BLOCK_FILTERS):
        # [n, 45, 45, 32], [n, 23, 23, 64], [n, 12, 12, 128], [n, 6, 6, 256]
        x = _residual_block(x, filters, f"block_{filters}", stride=2 if number else 1)
    x = layers.GlobalAveragePooling2D(name="pool")(x)  # [n, 256]
    x = layers.Dropout(config.dropout, name="dropout")(x)
    logits = layers.Dense(shape.classes, dtype="float32", name="logits")(x)
    return keras.Model(image, logits, name="resnet_small")


def _residual_block(x: KerasTensor, filters: int, name: str, stride: int) -> KerasTensor:
    """Two 3x3 convolutions beside a short cut: [n, s, s, c] -> [n, s / stride, s / stride, filters]."""
    y = layers.ReLU(name=f"{name}_relu_1")(_convolve(x, filters, f"{name}_1", stride=stride))
    y = _convolve(y, filters, f"{name}_2")
    if stride > 1:  # pooled first, so that the short cut sees every pixel (He et al. 2019, ResNet-D)
        x = layers.AveragePooling2D(stride, padding="same", name=f"{name}_pool")(x)
        x = _convolve(x, filters, f"{name}_short", kernel=1)
    return layers.ReLU(name=f"{name}_relu_2")(layers.Add(name=f"{name}_add")([x, y]))


def _convolve(x: KerasTensor, filters: int, name: str, kernel: int = 3, stride: int = 1) -> KerasTensor:
    """Convolve and normalise: [n, s, s, c] -> [n, s / stride, s / stride, filters]."""
    convolution = layers.Conv2D(
        filters,
        kernel,
        stride,
        padding="same",
        use_bias=False,  # normalisation has one
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )
    return layers.BatchNormalization(momentum=MOMENTUM, name=f"{name}_norm")(convolution(x))


NETWORK = Network("resnet_small", build)
