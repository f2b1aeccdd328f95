"""The blocks that the notebook's ladder of networks is made of."""

import keras
from keras import layers

from melanoma.models.network import Shape

FILTERS = (16, 32, 64)
DENSE_UNITS = 128


def input_block(shape: Shape) -> list[layers.Layer]:
    """Take uint8 or float images, [n, size, size, 3] in 0..255, to 0..1."""
    return [keras.Input((shape.size_px, shape.size_px, 3), name="image"), layers.Rescaling(1 / 255, name="rescale")]


def augment_block() -> list[layers.Layer]:
    """Mirror, turn by up to 36 degrees and zoom by up to a tenth, while training only: [n, s, s, c] stays [n, s, s, c].

    In float32 in any precision: positions in bfloat16 would be off by a third of a pixel at the rim of the picture.
    """
    return [
        layers.RandomFlip("horizontal", dtype="float32", name="flip"),
        layers.RandomRotation(0.1, dtype="float32", name="rotate"),
        layers.RandomZoom(0.1, dtype="float32", name="zoom"),
    ]


def conv_pool_block(filters: int) -> list[layers.Layer]:
    """One 3x3 convolution with ReLU and 2x2 pooling: [n, s, s, c] -> [n, s / 2, s / 2, filters].

    The notebook's ReLU stands before the pooling. Behind it, it gives the same numbers and the same gradients, because
    it keeps their order, and has a quarter of them to pass.
    """
    convolution, pool = conv_layer(filters), pool_layer(filters)
    return [convolution, pool, layers.ReLU(name=f"relu_{filters}")]


def conv_layer(filters: int, activation: str | None = None) -> layers.Layer:
    """One 3x3 convolution: [n, s, s, c] -> [n, s, s, filters]."""
    return layers.Conv2D(filters, 3, padding="same", activation=activation, name=f"conv_{filters}")


def pool_layer(filters: int) -> layers.Layer:
    """The greatest of each 2x2 values: [n, s, s, filters] -> [n, s / 2, s / 2, filters]."""
    return layers.MaxPooling2D(name=f"pool_{filters}")


def head_block(shape: Shape) -> list[layers.Layer]:
    """Flatten and classify: [n, s, s, c] -> [n, classes], as float32 logits in any precision."""
    return [
        layers.Flatten(name="flatten"),
        layers.Dense(DENSE_UNITS, activation="relu", name="dense"),
        layers.Dense(shape.classes, dtype="float32", name="logits"),
    ]
