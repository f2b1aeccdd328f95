"""A network as a LiteRT file (`.tflite`), for phones and small computers, and such a file carried out."""

import tempfile
import warnings

import keras
import numpy as np

from melanoma.models.export_network import PROBABILITIES, name_ends, name_inputs
from melanoma.models.inputs import Floats, Inputs

IMAGES_AT_ONCE = 1


def convert(network: keras.Model) -> bytes:
    """Return the file of a network that gives probabilities for one image.

    Args:
        network: As `melanoma.models.export_network.name_ends` takes it.

    Returns:
        Takes ``image``, float32 [1, size, size, 3] in 0..255, and ``metadata``, float32 [1, columns], where the network
        takes any; gives ``probabilities``, float32 [1, classes].
    """
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        name_ends(network, IMAGES_AT_ONCE).export(folder, format="tf_saved_model", verbose=False)
        content: bytes = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    return content


def run(content: bytes, inputs: Inputs) -> Floats:
    """Carry a file out by TensorFlow's own interpreter.

    Args:
        content: What `convert` returned.
        inputs: uint8 images, [n, size, size, 3], with metadata, [n, columns], where the network takes any.

    Returns:
        Probabilities, [n, classes].
    """
    import tensorflow as tf

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\s*Warning: tf.lite.Interpreter", category=UserWarning)
        runner = tf.lite.Interpreter(model_content=content).get_signature_runner()
    parts = name_inputs(inputs)
    rows = range(len(next(iter(parts.values()))))
    found = [runner(**{name: part[row : row + 1] for name, part in parts.items()})[PROBABILITIES] for row in rows]
    return np.concatenate(found)
