"""An exported file gives the probabilities of the network that it was made from, under the names that are said."""

from importlib.util import find_spec

import numpy as np
import pytest

from tests.tiny_model import SIZE_PX, beside_metadata, metadata_kernel, tiny_kernel, tiny_network

pytestmark = pytest.mark.xdist_group("tensorflow")
CLASSES = ("melanoma", "nevus", "vascular lesion")
COLOURS = np.array([(200, 40, 40), (40, 200, 40), (250, 250, 250)])
IMAGES = np.broadcast_to(COLOURS[:, None, None, :], (3, SIZE_PX, SIZE_PX, 3)).astype(np.uint8)
LOGITS = (COLOURS / 127.5 - 1) @ tiny_kernel(len(CLASSES)).astype(float)


@pytest.fixture(params=["litert", "onnx_file"])
def converter(request):
    if request.param == "onnx_file" and find_spec("tf2onnx") is None:
        pytest.skip("the extra `onnx` is not installed: no ONNX file can be written here")
    from importlib import import_module

    return import_module(f"melanoma.models.{request.param}")


def _softmax(logits):
    raised = np.exp(logits)
    return raised / raised.sum(axis=1, keepdims=True)


def test_a_file_gives_the_softmax_of_the_logits(converter):
    content = converter.convert(tiny_network(CLASSES))
    np.testing.assert_allclose(converter.run(content, IMAGES), _softmax(LOGITS), atol=1e-5)


def test_a_file_takes_metadata_by_its_name_and_an_image_each(converter):
    known = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    content = converter.convert(beside_metadata(tiny_network(CLASSES), ("sex",)))
    expected = _softmax(LOGITS + known @ metadata_kernel(3, len(CLASSES)).astype(float))
    given = {"metadata": known, "image": IMAGES}
    np.testing.assert_allclose(converter.run(content, given), expected, atol=1e-5)
