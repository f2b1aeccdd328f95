"""A LiteRT file gives the probabilities of the network that it was made from."""

import numpy as np
import pytest

from tests.tiny_model import SIZE_PX, tiny_kernel, tiny_network

pytestmark = pytest.mark.xdist_group("tensorflow")
CLASSES = ("melanoma", "nevus", "vascular lesion")


def test_a_file_gives_the_softmax_of_the_logits():
    from melanoma.models.litert import convert_to_litert, run_litert

    colours = np.array([(200, 40, 40), (40, 200, 40), (250, 250, 250)])
    images = np.broadcast_to(colours[:, None, None, :], (3, SIZE_PX, SIZE_PX, 3)).astype(np.uint8)
    raised = np.exp((colours / 127.5 - 1) @ tiny_kernel(len(CLASSES)).astype(float))
    expected = raised / raised.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(run_litert(convert_to_litert(tiny_network(CLASSES)), images), expected, atol=1e-5)
