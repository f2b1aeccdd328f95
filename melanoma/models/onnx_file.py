"""A network as an ONNX file (`.onnx`), which runs under most languages and systems, and such a file carried out."""

import tempfile
import warnings
from pathlib import Path

import keras
import numpy as np

from melanoma.models.export_network import PROBABILITIES, name_ends, name_inputs
from melanoma.models.inputs import Floats, Inputs

IMAGES_AT_ONCE = None


def convert(network: keras.Model) -> bytes:
    """Return the file of a network that gives probabilities for any number of images.

    Args:
        network: As `melanoma.models.export_network.name_ends` takes it.

    Returns:
        Takes ``image``, float32 [n, size, size, 3] in 0..255, and ``metadata``, float32 [n, columns], where the network
        takes any; gives ``probabilities``, float32 [n, classes].
    """
    named = name_ends(network, IMAGES_AT_ONCE)
    black = keras.tree.map_structure(lambda tensor: np.zeros((1, *tensor.shape[1:]), np.float32), named.input)
    named.predict_on_batch(black)  # Keras exports no network that has never predicted
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"In the future `np\.", category=FutureWarning)  # Keras mends tf2onnx
        path = Path(folder) / "network.onnx"
        named.export(str(path), format="onnx", verbose=False)
        return path.read_bytes()


def run(content: bytes, inputs: Inputs) -> Floats:
    """Carry a file out by ONNX Runtime.

    Args:
        content: What `convert` returned.
        inputs: uint8 images, [n, size, size, 3], with metadata, [n, columns], where the network takes any.

    Returns:
        Probabilities, [n, classes].
    """
    from onnxruntime import InferenceSession

    session = InferenceSession(content, providers=["CPUExecutionProvider"])
    (chances,) = session.run([PROBABILITIES], name_inputs(inputs))
    return np.asarray(chances, dtype=np.float32)
