"""Pretrained networks that are built in no time: fixed filters, each pooled over the picture."""

from functools import partial

import keras
from keras import layers

from melanoma.models.network import Backbone

FEATURES = 12


def tiny(name):
    """Return the backbone of a name; each name has filters of its own, and `a+b` those of both."""
    return Backbone(partial(_build_all, name), lambda weights: f"{name} {weights}")


def _build_all(name, size_px, weights):
    picture = keras.Input((size_px, size_px, 3), name="picture")
    features = [_build(part, size_px, weights)(picture) for part in name.split("+")]
    return keras.Model(picture, layers.Concatenate()(features) if len(features) > 1 else features[0], name="backbone")


def _build(name, size_px, weights):
    """[n, size, size, 3] in 0..255 -> [n, 12]; no filter is symmetric, so that each view has features of its own."""
    picture = keras.Input((size_px, size_px, 3), name="picture")
    scaled = layers.Rescaling(1 / 64, -2, name="scale")(picture)
    filters = keras.initializers.RandomNormal(0, 0.3, seed=len(name) + len(weights or ""))
    maps = layers.Conv2D(FEATURES, 5, 3, activation="relu", kernel_initializer=filters, name="filters")(scaled)
    return keras.Model(picture, layers.GlobalAveragePooling2D(name="pool")(maps), name=name)
