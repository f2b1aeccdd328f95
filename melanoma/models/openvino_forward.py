"""Forward passes by OpenVINO, which on a CPU is some times as fast as TensorFlow.

Each request carries one image on one core, as many at once as there are cores. On CPUs this is also the fastest of the
batch sizes, and an image's result cannot depend on the images beside it, nor on the number of cores.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

import keras
import numpy as np

from melanoma.models.inputs import IMAGE, METADATA, Floats, Inputs, pair_inputs
from melanoma.models.quiet_openvino import import_openvino, logging_kept

TOLERANCE = 1e-3  # of the largest output, or of 1


class Unconvertible(Exception):
    """OpenVINO is not there, or does not know all of a network; another engine carries it out."""


def openvino_forward(network: keras.Model) -> "OpenVinoForward":
    """Convert a network, in memory.

    Args:
        network: Takes images, [n, size, size, 3], perhaps with metadata, and gives [n, k]; computes in float32.

    Raises:
        Unconvertible: If OpenVINO is not installed, or the network cannot be converted, or its numbers change by it.
    """
    if keras.backend.backend() != "tensorflow":
        raise Unconvertible(f"OpenVINO reads TensorFlow's functions, and Keras runs on {keras.backend.backend()} here")
    try:
        openvino = import_openvino()
    except ImportError as problem:
        raise Unconvertible("openvino is not installed; install melanoma[fast]") from problem
    probe = _probe(network)
    function = _traced(network, probe)
    try:
        with logging_kept():
            # Its weights are copied: shared ones would lie in the function's memory, which is free once it is.
            model = openvino.convert_model(function, output=function.outputs[0].name, share_weights=False)
        forward = OpenVinoForward(openvino, model)
    except Exception as problem:  # whatever the conversion meets
        raise Unconvertible(" ".join(str(problem).split())) from problem
    _compare(forward, function, probe)
    return forward


class OpenVinoForward:
    """A network as a function, by OpenVINO; several threads may call it."""

    engine: Literal["openvino", "keras"] = "openvino"
    because = ""

    def __init__(self, openvino: ModuleType, model: object) -> None:
        """Compile a model of one image for all cores.

        Args:
            openvino: The library.
            model: uint8, [1, size, size, 3], perhaps with metadata, float32, [1, columns] -> float32, [1, k].
        """
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        settings = {
            "INFERENCE_PRECISION_HINT": "f32",  # bfloat16 where the processor has it, else
            "NUM_STREAMS": cores,
            "INFERENCE_NUM_THREADS": cores,
            "ENABLE_CPU_PINNING": False,  # other processes want their share of each core
        }
        self._compiled = openvino.Core().compile_model(model, "CPU", settings)
        self._streams = cores
        # Images have four axes, metadata two; the conversion may have put them in any order.
        self._places = sorted(range(len(self._compiled.inputs)), key=lambda n: -len(self._compiled.input(n).shape))
        self._width = self._compiled.output(0).shape[1]

    def __call__(self, inputs: Inputs) -> Floats:
        """Map uint8 images, [n, size, size, 3], with their metadata if it takes any, to float32, [n, k]."""
        return next(self.map([inputs]))

    def map(self, batches: Iterable[Inputs]) -> Iterator[Floats]:
        """Map batches one after another; while one is fetched, the last images of the one before are under way."""
        idle = [self._compiled.create_infer_request() for _ in range(self._streams)]
        running: deque[_Running] = deque()
        open_batches: deque[_Batch] = deque()
        for inputs in batches:
            parts = [inputs[IMAGE], inputs[METADATA]] if isinstance(inputs, dict) else [inputs]
            images = len(parts[0])
            batch = _Batch(np.empty((images, self._width), np.float32), left=images)
            open_batches.append(batch)
            for row in range(images):
                request = idle.pop() if idle else running.popleft().finish()
                for place, part in zip(self._places, parts, strict=True):
                    request.get_input_tensor(place).data[0] = part[row]
                request.start_async()
                running.append(_Running(request, batch, row))
            yield from _finished(open_batches)
        while running:
            running.popleft().finish()
        yield from _finished(open_batches)


@dataclass
class _Batch:
    """What a batch has given, and how many of its rows are still under way."""

    results: Floats
    left: int


@dataclass(frozen=True)
class _Running:
    """A request under way for one row."""

    request: Any
    batch: _Batch
    row: int

    def finish(self) -> Any:  # noqa: ANN401 - OpenVINO has no types
        """Wait for the result, keep it, and return the request for the next row."""
        self.request.wait()
        self.batch.results[self.row] = self.request.get_output_tensor(0).data[0]
        self.batch.left -= 1
        return self.request


def _finished(open_batches: deque[_Batch]) -> Iterator[Floats]:
    """Give the results of the batches at the front that are whole."""
    while open_batches and not open_batches[0].left:
        yield open_batches.popleft().results


def _probe(network: keras.Model) -> Inputs:
    """Return one image of all values in no order, with metadata that differ in each column if it takes any."""
    image, *others = (tuple(tensor.shape[1:]) for tensor in network.inputs)
    pixels = (np.arange(np.prod(image)) * 7919 % 256).astype(np.uint8).reshape(1, *image)
    known = np.linspace(0, 1, others[0][0], dtype=np.float32)[None] if others else None
    probe: Inputs = pair_inputs(pixels, known)
    return probe


def _compare(forward: OpenVinoForward, function: Callable[[Inputs], object], probe: Inputs) -> None:
    """Show both one image; a conversion that is silently wrong must not pass."""
    expected = np.asarray(function(probe))
    gap = float(np.abs(forward(probe) - expected).max())
    if not gap <= TOLERANCE * max(1.0, float(np.abs(expected).max())):
        raise Unconvertible(f"OpenVINO's numbers differ from Keras' by {gap:.1e}")


def _traced(network: keras.Model, probe: Inputs) -> Any:  # noqa: ANN401 - TensorFlow has no types
    """Return the network's forward pass as one TensorFlow function of arrays like those of a probe.

    Its weights are constants in it: OpenVINO looks up each variable among all, half of the time of a conversion.
    """
    import tensorflow as tf

    learned, other = (
        [tf.constant(variable.numpy()) for variable in variables]
        for variables in (network.trainable_variables, network.non_trainable_variables)
    )
    signature = tf.nest.map_structure(lambda array: tf.TensorSpec(array.shape, array.dtype), probe)
    function = tf.function(
        lambda inputs: network.stateless_call(learned, other, inputs, training=False)[0], [signature], autograph=False
    )
    return function.get_concrete_function()
