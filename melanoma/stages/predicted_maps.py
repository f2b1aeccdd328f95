"""Heat maps of images that are predicted: where in each the model found what speaks for the diagnosis it names."""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from melanoma.data.image_ids import id_of
from melanoma.errors import UsageError
from melanoma.stages.files import HISTORY
from melanoma.stages.predict_order import PredictOrder
from melanoma.training.predict_files import Predicted

if TYPE_CHECKING:
    import keras

    from melanoma.training.explanation import Explainable

_SIDE_PX = 320
_LONGEST = 80  # characters of an image's id in a file's name


@dataclass(frozen=True)
class MapWriter:
    """Writes heat maps.

    Attributes:
        explainable: The part of the model that is explained.
        folder: Where they go.
        numbers: Counts them, so that images of one name do not share a file.
    """

    explainable: "Explainable"
    folder: Path
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def write(self, batch: Sequence[Predicted]) -> list[str]:
        """Write the map of the predicted diagnosis of some images, at least one; return the names of the files."""
        from melanoma.models.inputs import pair_inputs
        from melanoma.reporting.heat_map import draw_heat

        pictures = np.stack([one.picture.pixels for one in batch])
        inputs = pair_inputs(pictures, np.stack([one.metadata for one in batch]))
        heat = self.explainable.map_heat(inputs, [int(one.probabilities.argmax()) for one in batch])
        names = [_name(number, one.image.image_id) for number, one in zip(self.numbers, batch, strict=False)]
        for name, picture, one in zip(names, pictures, heat, strict=True):
            (self.folder / name).write_bytes(draw_heat(picture, one, _SIDE_PX))
        return names


@contextmanager
def open_maps(order: PredictOrder, network: "keras.Model") -> Iterator[MapWriter | None]:
    """Give what draws the maps that an order asks for; their folder takes its name when all of them are drawn.

    Args:
        order: What to predict.
        network: Its model's network.

    Yields:
        The writer, or None if no maps are asked for.

    Raises:
        UsageError: If nothing in the network belongs to a place in the picture.
    """
    if order.maps is None:
        yield None
        return
    explainable = _open_model(order, network)
    unfinished = order.maps.absolute().with_name(f".{order.maps.name}.partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    try:
        yield MapWriter(explainable, unfinished)
        unfinished.replace(order.maps)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _open_model(order: PredictOrder, network: "keras.Model") -> "Explainable":
    """Return what can be explained; the history beside a run's model says over how many views it averages."""
    from melanoma.training.explanation import open_model

    history = order.model.path.with_name(HISTORY)
    views = json.loads(history.read_text(encoding="utf-8")).get("views", 1) if history.is_file() else 1
    opened = open_model(network, views)
    if isinstance(opened, str):
        raise UsageError(f"--maps {order.maps}: {opened} Leave it out")
    return opened


def _name(number: int, image: str) -> str:
    return f"{number:06d}-{re.sub(r'[^A-Za-z0-9._-]', '_', id_of(image))[:_LONGEST]}.jpg"
