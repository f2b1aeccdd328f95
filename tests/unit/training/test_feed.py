"""What Keras reads is what the batches hold, and TensorFlow tunes nothing beside it."""

import numpy as np
import pandas as pd
import pytest

from melanoma.data.examples import ExampleSet

pytestmark = pytest.mark.xdist_group("tensorflow")
IMAGES, SIZE_PX, BATCH = 7, 4, 3


def batches(**settings):
    from melanoma.training.batches import Batches
    from melanoma.training.sampling import Drawing

    pixels = np.arange(IMAGES * SIZE_PX * SIZE_PX * 3).reshape(IMAGES, SIZE_PX, SIZE_PX, 3).astype(np.uint8)
    rows = pd.DataFrame({"diagnosis": list("abababa"), "split": "train"})
    rows = rows.assign(origin="original", shard=0, row=range(IMAGES), age_approx=50.0)
    return Batches(ExampleSet(rows, {("original", 0): pixels}), ["a", "b"], BATCH, 1, Drawing(**settings))


def same(found, expected):
    import keras

    pairs = zip(keras.tree.flatten(found), keras.tree.flatten(expected), strict=True)
    return all(np.array_equal(one, other) and one.dtype == other.dtype for one, other in pairs)


@pytest.mark.parametrize(
    "settings", [{}, {"weights": np.array([1.0, 2.0], dtype=np.float32)}, {"metadata": ("age_approx",)}]
)
def test_keras_reads_each_batch_once_and_in_order(settings):
    from melanoma.training.feed import feed

    made = batches(**settings)
    read = [tuple(part) for part in feed(made).as_numpy_iterator()]
    assert len(read) == len(made) == 3
    assert all(same(one, made[number]) for number, one in enumerate(read))


def test_each_epoch_has_its_own_order():
    from melanoma.training.feed import feed

    made = batches()
    first = [truth for _, truth in feed(made).as_numpy_iterator()]
    made.begin_epoch(1)
    second = [truth for _, truth in feed(made).as_numpy_iterator()]
    assert not all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_keras_knows_how_many_there_are_and_tensorflow_does_not_tune_beside_them():
    from melanoma.training.feed import feed

    fed = feed(batches())
    assert int(fed.cardinality()) == 3
    assert fed.options().autotune.enabled is False


def test_keras_fits_what_is_fed():
    import keras

    from melanoma.training.devices import pass_over

    network = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2)])
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    seen = []

    def fit(given):
        seen.append(given.options().autotune.enabled)
        return network.fit(given, shuffle=False, verbose=0)

    figures = pass_over(network, batches(), fit, network.train_on_batch)
    assert seen == [False]
    assert set(figures) == {"accuracy", "loss"}


def test_under_another_backend_keras_gets_the_batches_themselves(monkeypatch):
    from melanoma.training.feed import feed

    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    made = batches()
    assert feed(made) is made
