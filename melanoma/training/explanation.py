"""Heat maps of a trained model: of its first network, over the views that its prediction averages over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from melanoma.data.symmetries import turn, turn_back
from melanoma.models.forward import in_float32
from melanoma.models.grad_cam import counts_middle_more, find_places, map_heat
from melanoma.models.inputs import Inputs, change_images
from melanoma.models.randomise import randomise_backbone, randomise_head
from melanoma.training.compose import list_members

Floats = NDArray[np.float32]
RANDOMISED: dict[str, Callable[[keras.Model, int], keras.Model]] = {
    "head": randomise_head,
    "backbone": randomise_backbone,
}


@dataclass(frozen=True)
class Explainable:
    """The part of a model that is explained.

    Attributes:
        network: Its first network, in float32.
        members: How many networks it averages over.
        views: How many symmetries of a picture it averages over.
    """

    network: keras.Model
    members: int
    views: int

    @property
    def counts_middle_more(self) -> bool:
        """Whether it weighs places by a window, so that heat is in the middle whatever a picture shows."""
        return counts_middle_more(self.network)

    def map_heat(self, inputs: Inputs, codes: Sequence[int]) -> Floats:
        """Return where what speaks for a diagnosis is, averaged over views: float32, [n, h, w]; may be below 0."""
        return _map_views(self.network, self.views, inputs, codes)

    def map_randomised(self, kind: str, seed: int, inputs: Inputs, codes: Sequence[int]) -> Floats:
        """Return the same of a copy with random weights in its ``head`` or its ``backbone``."""
        return _map_views(RANDOMISED[kind](self.network, seed), self.views, inputs, codes)


def open_model(network: keras.Model, views: int) -> Explainable | str:
    """Return what of a model can be explained, or in words why nothing can.

    Args:
        network: The whole model, [n, size, size, 3] in 0..255 -> [n, classes].
        views: How many symmetries of a picture it averages over.
    """
    members = list_members(network)
    if not find_places(members[0]):
        return (
            f"The network {members[0].name} has no convolution whose maps are pooled or flattened, so that nothing in "
            "it belongs to a place in the picture; Grad-CAM is for convolutional networks."
        )
    return Explainable(in_float32(members[0]), len(members), views)


def _map_views(network: keras.Model, views: int, inputs: Inputs, codes: Sequence[int]) -> Floats:
    seen = (map_heat(network, _turn(inputs, view), codes) for view in range(views))
    maps: Floats = np.mean([turn_back(one[..., None], view)[..., 0] for view, one in enumerate(seen)], axis=0)
    return maps


def _turn(inputs: Inputs, view: int) -> Inputs:
    return change_images(inputs, lambda pictures: np.ascontiguousarray(turn(pictures, view)))
