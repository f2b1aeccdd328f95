"""Forward passes of a network that is no longer trained, as fast as this machine gives them."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal, Protocol

import keras

from melanoma.models.inputs import Floats, Inputs
from melanoma.models.keras_forward import KerasForward
from melanoma.models.openvino_forward import Unconvertible, openvino_forward

Engine = Literal["openvino", "keras"]

_MIXED, _FULL = "mixed_bfloat16", "float32"


class Forward(Protocol):
    """A network as a function; several threads may call it.

    Attributes:
        engine: What carries it out.
        because: Why it is not OpenVINO, or nothing.
    """

    engine: Engine
    because: str

    def __call__(self, inputs: Inputs) -> Floats:
        """Map uint8 images in 0..255, [n, size, size, 3], to the network's float32 output, [n, k].

        A network that takes metadata is given both; see `melanoma.models.inputs`.
        """
        ...

    def map(self, batches: Iterable[Inputs]) -> Iterator[Floats]:
        """Map batches one after another; the next ones are begun before the first is asked for."""
        ...


def fast_forward(network: keras.Model) -> Forward:
    """Return a network as a function that is quick and always float32.

    A network trained in mixed precision gives here what it gives in float32, by every engine, so that a prediction
    does not depend on the machine that trained it.

    Args:
        network: Takes images, perhaps with metadata, and gives one vector for each; is not changed, and not needed
            afterwards.

    Returns:
        The function: by OpenVINO where it is installed and knows every operation of the network, else by Keras.
    """
    exact = in_float32(network)
    try:
        return openvino_forward(exact)
    except Unconvertible as problem:
        return KerasForward(exact, str(problem))


def in_float32(network: keras.Model) -> keras.Model:
    """Return the network itself if it computes in float32, else a copy that does, with the same weights."""
    config = network.get_config()
    exact = _replace_precision(config)
    if exact == config:
        return network
    copy = network.__class__.from_config(exact)
    copy.set_weights(network.get_weights())
    return copy


def _replace_precision(value: Any) -> Any:  # noqa: ANN401 - a configuration nests anything
    """Return a layer's configuration with every mixed precision in it made float32."""
    if isinstance(value, dict):
        return {key: _replace_precision(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_replace_precision(inner) for inner in value)
    return _FULL if isinstance(value, str) and value == _MIXED else value
