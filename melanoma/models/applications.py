"""Networks of `keras.applications` by their class name.

Their names are read from Keras' own source, so that naming one costs no import of Keras and a new release brings its
new networks along.
"""

import ast
import importlib
import sys
import warnings
from contextlib import redirect_stdout
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from melanoma.config.train import TrainConfig
from melanoma.errors import ModelError
from melanoma.fingerprint import digest_file

if TYPE_CHECKING:
    import keras

    from melanoma.models.network import Network, Shape

_ROOM = "keras.src.applications."


@cache
def application_modules() -> dict[str, str]:
    """Return, for each network's class name, the module of `keras.applications` that it stands in."""
    spec = find_spec("keras")
    places = spec.submodule_search_locations if spec else None
    source = Path(next(iter(places or ()))) / "applications" / "__init__.py"
    imports = [node for node in ast.parse(source.read_text("utf-8")).body if isinstance(node, ast.ImportFrom)]
    return {
        alias.name: (node.module or "").removeprefix(_ROOM)
        for node in imports
        if (node.module or "").startswith(_ROOM)
        for alias in node.names
    }


def application(name: str) -> "Network":
    """Return a network of `keras.applications`.

    Args:
        name: Its class name, such as ``MobileNetV2``.
    """
    from melanoma.models.network import Backbone, Network

    backbone = Backbone(partial(_build_backbone, name), partial(_digest_weights, name))
    return Network(name, partial(_build, name), backbone=backbone)


def own_scaling(name: str) -> tuple[list[float], list[float], bool]:
    """Find what `preprocess_input` of a network does, by showing it black and the three full colours.

    Returns:
        Scale and offset of each channel that comes out, and whether the channels come out in reverse.
    """
    shown = np.concatenate([np.zeros((1, 3)), 255 * np.eye(3)]).astype(np.float32)
    preprocess = importlib.import_module(f"keras.applications.{application_modules()[name]}").preprocess_input
    seen: NDArray[Any] = np.asarray(preprocess(shown.reshape(4, 1, 1, 3).copy()), dtype=np.float64).reshape(4, 3)
    slopes = (seen[1:] - seen[0]) / 255  # [channel shown, channel seen]
    reverses = bool(slopes[0, 0] == 0)
    scale = slopes[::-1].diagonal() if reverses else slopes.diagonal()
    return scale.tolist(), seen[0].tolist(), reverses


def _build(name: str, shape: "Shape", config: TrainConfig) -> "keras.Model":
    import keras
    from keras import layers

    body = _with_own_scaling(name, _body(name, shape.size_px))
    x = layers.Dropout(config.dropout, name="dropout")(body.output)
    logits = layers.Dense(shape.classes, dtype="float32", name="logits")(x)
    return keras.Model(body.input, logits, name=name)


def _build_backbone(name: str, size_px: int, weights: str | None) -> "keras.Model":
    if weights is None:
        return _with_own_scaling(name, _body_from_hub(name, size_px))
    body = _body(name, size_px)
    try:
        with warnings.catch_warnings(action="error"):  # Keras only warns of layers that a file leaves as they were
            body.load_weights(weights)
    except (OSError, ValueError, KeyError, UserWarning) as problem:
        raise ModelError(
            f"train.weights: {weights} does not fit {name} without its top ({_first_line(problem)}); give a file "
            "of its weights"
        ) from problem
    return _with_own_scaling(name, body)


def _digest_weights(name: str, weights: str | None) -> str:
    """Return what names the weights; those of the hub follow from Keras' version, which is part of every key."""
    if weights is None:
        return f"{name} imagenet"
    try:
        return digest_file(Path(weights))
    except OSError as problem:
        raise ModelError(f"train.weights: {weights} cannot be read; give a file of {name}'s weights") from problem


def _body(name: str, size_px: int, weights: str | None = None) -> "keras.Model":
    """Build the network without its top: scaled images -> pooled features."""
    import keras

    build = getattr(keras.applications, name)
    try:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # that it was trained at another size
            return build(include_top=False, weights=weights, input_shape=(size_px, size_px, 3), pooling="avg")
    except ValueError as problem:
        raise ModelError(
            f"train.network: {name} cannot be built for {size_px} pixels ({_first_line(problem)}); change "
            "ingest.size_px"
        ) from problem


def _body_from_hub(name: str, size_px: int) -> "keras.Model":
    try:
        with redirect_stdout(sys.stderr):  # Keras shows its download where our results go
            return _body(name, size_px, "imagenet")
    except ModelError:
        raise
    except Exception as problem:  # what Keras raises when the hub is out of reach
        raise ModelError(
            f"train.network: the weights of {name} cannot be fetched ({_first_line(problem)}); give them as "
            "train.weights"
        ) from problem


def _with_own_scaling(name: str, body: "keras.Model") -> "keras.Model":
    """Put the network's own scaling of the pixels before it: [n, size, size, 3] in 0..255 -> float32 features."""
    import keras
    from keras import layers

    image = keras.Input(body.input_shape[1:], name="image")
    scale, offset, reverses = own_scaling(name)
    x = keras.ops.flip(image, axis=-1) if reverses else image  # blue first
    x = layers.Rescaling(scale, offset, name="rescale")(x)
    features = layers.Activation("linear", dtype="float32", name="features")(body(x))
    return keras.Model(image, features, name=f"{name}_features")


def _first_line(problem: Exception) -> str:
    return str(problem).strip().partition("\n")[0].rstrip(".")
