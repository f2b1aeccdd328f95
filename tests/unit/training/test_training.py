"""Training is repeatable to the bit, and keeps its best weights."""

import numpy as np
import pandas as pd
import pytest

from melanoma.config.train import TrainConfig
from melanoma.data.examples import ExampleSet
from melanoma.training.model_info import ModelInfo

pytestmark = pytest.mark.xdist_group("tensorflow")
CLASSES = ["melanoma", "nevus"]
INFO = ModelInfo(classes=CLASSES, size_px=32, fit="squash", network="cnn_dropout", method="scratch")


def _examples(count, seed):
    """Dark pictures are melanomas, bright ones are nevi."""
    truth = np.arange(count) % 2
    random = np.random.default_rng(seed)
    pixels = (truth[:, None, None, None] * 90 + random.integers(0, 150, (count, 32, 32, 3))).astype(np.uint8)
    rows = pd.DataFrame(
        {
            "image_id": [f"{seed}-{number}" for number in range(count)],
            "isic_id": None,
            "parent_id": None,
            "group_id": [f"{seed}-{number}" for number in range(count)],
            "diagnosis": [CLASSES[code] for code in truth],
            "split": "train",
            "origin": "original",
            "shard": 0,
            "row": range(count),
            "age_approx": 50.0,
            "sex": "male",
            "anatom_site_general": "torso",
        }
    )
    return ExampleSet(rows, {("original", 0): pixels})


def _train(seed=5, **settings):
    from melanoma.training.fit import TrainingRequest, train_network

    quick = {"network": "cnn_dropout", "views": 1, "epochs": 3, "batch_size": 8, "learning_rate": 0.003}
    config = TrainConfig(**{**quick, **settings})
    told = []
    request = TrainingRequest(_examples(40, 1), _examples(16, 2), CLASSES, config, "float32", seed)
    return train_network(request, lambda text, share: told.append((text, share))), told


def test_the_same_seed_gives_the_same_file_and_another_seed_another(tmp_path):
    from melanoma.training.model_file import save_model

    contents = []
    for number, seed in enumerate((5, 5, 6)):
        trained, _ = _train(seed)
        path = tmp_path / f"{number}.keras"
        save_model(trained.network, path, INFO)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    assert contents[0] != contents[2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.keras", "1.keras", "2.keras"]


def test_the_kept_weights_are_those_of_the_epoch_with_the_lowest_validation_loss():
    trained, told = _train(epochs=6, patience=2)
    losses = [epoch["val_loss"] for epoch in trained.history["epochs"]]
    assert trained.history["best_epoch"] == 1 + int(np.argmin(losses))
    kept = trained.network.evaluate(*_whole(_examples(16, 2)), verbose=0)[0]
    assert kept == pytest.approx(min(losses), abs=1e-5)
    assert told[-1][1] == pytest.approx(len(losses) / 6)
    assert told[0][0].startswith("epoch 1/6")


def test_without_early_stopping_the_last_epoch_is_kept():
    trained, _ = _train(epochs=3, early_stopping=False)
    assert (trained.history["best_epoch"], trained.history["stopped_early"]) == (3, False)


def test_each_epoch_has_an_order_of_its_own_that_follows_from_the_seed():
    from melanoma.training.batches import Batches

    def orders(seed):
        batches = Batches(_examples(40, 1), CLASSES, 40, seed)
        first = batches[0][0].copy()
        batches.begin_epoch(1)
        return first, batches[0][0]

    (one, two), (again, _) = orders(3), orders(3)
    assert (one == again).all()
    assert (one != two).any()
    assert sorted(image.tobytes() for image in one) == sorted(image.tobytes() for image in two)


@pytest.mark.parametrize(("images", "left"), [(24, 8), (26, 2), (3, 3)])
def test_the_last_batch_has_the_images_that_are_left(images, left):
    from melanoma.training.batches import Batches

    batches = Batches(_examples(images, 1), CLASSES, 8)
    assert batches.images_in_last == left == len(batches[len(batches) - 1][1])


@pytest.mark.parametrize(
    ("float32_s", "bfloat16_s", "expected", "steps"),
    [(1.0, 0.5, "mixed_bfloat16", 6), (1.0, 0.9, "float32", 6), (0.5, 1.0, "float32", 6), (0.5, 2.0, "float32", 2)],
)
def test_the_clearly_faster_precision_is_chosen_in_few_steps(float32_s, bfloat16_s, expected, steps):
    import keras

    from melanoma.models.network import Shape
    from melanoma.training.precision import choose_precision

    now, asked = [0.0], []

    def clock():
        asked.append(keras.mixed_precision.global_policy().name)
        now[0] += bfloat16_s if asked[-1] == "mixed_bfloat16" else float32_s
        return now[0]

    assert choose_precision(TrainConfig(network="cnn_dropout", batch_size=2), Shape(32, 2), clock) == expected
    assert asked.count("mixed_bfloat16") == 2 * steps
    assert choose_precision(TrainConfig(network="cnn_dropout", precision="float32"), Shape(32, 2), clock) == "float32"
    keras.mixed_precision.set_global_policy("float32")


def _whole(examples):
    images = examples.images(np.arange(len(examples.rows)))
    return images, examples.rows["diagnosis"].map(CLASSES.index).to_numpy()
