"""What a network is to the rest of the project: a name and ways to build it."""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from melanoma.config.train import TrainConfig


@dataclass(frozen=True)
class Shape:
    """What a network takes and gives.

    Attributes:
        size_px: Side of its square RGB images.
        classes: It gives one logit for each.
        metadata: Columns of metadata that it takes beside an image. Networks of `melanoma.models.networks` need not
            look at them: `melanoma.training.assemble` puts them before the last layer.
    """

    size_px: int
    classes: int
    metadata: int = 0


@dataclass(frozen=True)
class Backbone:
    """The part of a pretrained network below its head.

    Attributes:
        build: Builds it for images of a side in pixels and a file of weights (None: where they come from by
            themselves): uint8 or float images, [n, size, size, 3] in 0..255 -> pooled features, float32, [n, features].
            Its own scaling of the pixels is its first layer.
        weights_digest: Returns what names the weights for a cache key, such as the sha256 of their file.
        build_levels: Builds it with pooled outputs of earlier stages before the features, if it can. A frozen network's
            last features are ImageNet's; what tells lesions apart is partly lost before them.
    """

    build: Callable[[int, str | None], keras.Model]
    weights_digest: Callable[[str | None], str]
    build_levels: Callable[[int, str | None], keras.Model] | None = None

    def build_frozen(self, size_px: int, weights: str | None) -> keras.Model:
        """Build what a head on the frozen network learns from, with all the levels that there are."""
        return (self.build_levels or self.build)(size_px, weights)


@dataclass(frozen=True)
class Network:
    """One network, a file in `melanoma.models.networks`.

    Attributes:
        name: Its name.
        build: Builds the whole of it from random weights; [n, size, size, 3] in 0..255 -> logits, [n, classes].
        backbone: Its pretrained part, if it has one.
    """

    name: str
    build: Callable[[Shape, TrainConfig], keras.Model]
    backbone: Backbone | None = None
