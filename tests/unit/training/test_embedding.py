"""What the last dense layer of a network takes, for each way in which a network is put together."""

import numpy as np
import pytest

from tests.tiny_model import SIZE_PX, beside_metadata, tiny_network

CLASSES = ("melanoma", "nevus", "vascular lesion")


@pytest.fixture(scope="module")
def pictures():
    return np.random.default_rng(3).integers(0, 256, (4, SIZE_PX, SIZE_PX, 3)).astype(np.uint8)


def mean_colours(pictures):
    return (pictures / 127.5 - 1).mean(axis=(1, 2))


def test_of_a_plain_network_it_is_what_its_last_layer_takes(pictures):
    from melanoma.training.embedding import open_embedding

    assert open_embedding(tiny_network(CLASSES))(pictures) == pytest.approx(mean_colours(pictures), abs=1e-5)


def test_of_an_average_it_is_that_of_the_first_network(pictures):
    from melanoma.training.compose import average
    from melanoma.training.embedding import open_embedding

    both = average([tiny_network(CLASSES), tiny_network(CLASSES)], 2)
    assert open_embedding(both)(pictures) == pytest.approx(mean_colours(pictures), abs=1e-5)


def test_of_a_nested_head_it_is_what_the_heads_last_layer_takes(pictures):
    import keras
    from keras import layers

    from melanoma.training.embedding import open_embedding

    body = tiny_network(CLASSES)
    picture, vector = keras.Input((SIZE_PX, SIZE_PX, 3)), keras.Input((3,))
    hidden = layers.Dense(5, activation="relu", name="hidden")
    head = keras.Model(vector, layers.Softmax()(layers.Dense(2)(hidden(vector))), name="head")
    whole = keras.Model(picture, head(keras.Model(body.inputs, body.layers[-2].output)(picture)))
    kernel = hidden.get_weights()[0]
    expected = np.maximum(mean_colours(pictures) @ kernel, 0)
    assert open_embedding(whole)(pictures) == pytest.approx(expected, abs=1e-5)


def test_metadata_that_join_before_the_last_layer_are_part_of_it(pictures):
    import keras
    from keras import layers

    from melanoma.models.inputs import METADATA, pair_inputs
    from melanoma.training.assemble import join_features
    from melanoma.training.embedding import open_embedding

    body, columns = tiny_network(CLASSES), keras.Input((2,), name=METADATA)
    picture = keras.Input((SIZE_PX, SIZE_PX, 3), name="image")
    features = keras.Model(body.inputs, body.layers[-2].output)(picture)
    whole = keras.Model(pair_inputs(picture, columns), layers.Dense(3)(join_features(features, columns)))
    known = np.arange(8, dtype=np.float32).reshape(4, 2)
    found = open_embedding(whole)(pair_inputs(pictures, known))
    assert found == pytest.approx(np.concatenate([mean_colours(pictures), known], axis=1), abs=1e-5)


def test_a_network_that_ends_otherwise_says_so():
    from melanoma.training.embedding import open_embedding

    assert (
        open_embedding(beside_metadata(tiny_network(CLASSES), ["sex"]))
        == "the network told does not end in a dense layer"
    )
