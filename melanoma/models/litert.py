"""A network as a LiteRT file (`.tflite`), for phones and small computers, and such a file carried out."""

import tempfile
import warnings

import keras
import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Floats = NDArray[np.float32]
INPUT, OUTPUT = "image", "probabilities"


def convert_to_litert(network: keras.Model) -> bytes:
    """Return the file of a network that gives probabilities for one image.

    Args:
        network: [n, size, size, 3] in 0..255 -> logits, [n, classes]; computes in float32.

    Returns:
        Takes ``image``, float32 [1, size, size, 3] in 0..255, and gives ``probabilities``, float32 [1, classes].
    """
    import tensorflow as tf

    image = keras.Input(network.input_shape[1:], batch_size=1, dtype="float32", name=INPUT)
    chances = keras.layers.Softmax(dtype="float32", name=OUTPUT)(network(image))
    with tempfile.TemporaryDirectory() as folder:
        keras.Model(image, chances).export(folder, format="tf_saved_model", verbose=False)
        content: bytes = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    return content


def run_litert(content: bytes, images: Images) -> Floats:
    """Carry a file out by TensorFlow's own interpreter.

    Args:
        content: What `convert_to_litert` returned.
        images: uint8, [n, size, size, 3].

    Returns:
        Probabilities, [n, classes].
    """
    import tensorflow as tf

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\s*Warning: tf.lite.Interpreter", category=UserWarning)
        runner = tf.lite.Interpreter(model_content=content).get_signature_runner()
    (output,) = runner.get_output_details()
    (name,) = runner.get_input_details()
    return np.concatenate([runner(**{name: image[None].astype(np.float32)})[output] for image in images])
