"""Examples are chosen by rule: the most confident errors, and right ones by the seed."""

from io import BytesIO

import numpy as np
import pandas as pd
from PIL import Image

from melanoma.data.examples import ExampleSet
from melanoma.reporting.gallery import choose_examples


def _set(truth, predicted, probability):
    count = len(truth)
    ids = [f"image-{number}" for number in range(count)]
    rows = pd.DataFrame(
        {"image_id": ids, "diagnosis": truth, "split": "test", "origin": "original", "shard": 0, "row": range(count)}
    )
    predictions = rows[["image_id", "diagnosis", "split"]].assign(predicted=predicted)
    named = zip(probability, predicted, strict=True)
    predictions["probability:melanoma"] = [share if name == "melanoma" else 1 - share for share, name in named]
    predictions["probability:nevus"] = 1 - predictions["probability:melanoma"]
    pixels = np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones((1, 32, 32, 3), dtype=np.uint8)
    return ExampleSet(rows, {("original", 0): pixels}), predictions


def test_missed_melanomas_are_shown_from_the_most_confident_error_on():
    examples, predictions = _set(["melanoma"] * 3, ["nevus"] * 3, [0.6, 0.9, 0.7])
    chosen = choose_examples(examples, predictions, 2, seed=1)
    assert [(image.image_id, image.kind) for image in chosen] == [
        ("image-1", "missed melanoma"),
        ("image-2", "missed melanoma"),
    ]
    assert chosen[0].probability == 0.9


def test_a_right_example_follows_from_the_seed_and_a_wrong_one_is_no_missed_melanoma():
    truth = ["nevus"] * 6 + ["nevus"]
    examples, predictions = _set(truth, ["nevus"] * 6 + ["melanoma"], [0.8] * 7)
    once = choose_examples(examples, predictions, 3, seed=1)
    again = choose_examples(examples, predictions, 3, seed=1)
    assert once == again
    assert [image.kind for image in once] == ["right"] * 3 + ["wrong"]
    assert all(image.thumbnail.startswith(b"\xff\xd8") for image in once)


def test_validation_images_are_never_examples():
    examples, predictions = _set(["nevus"] * 4, ["nevus"] * 4, [0.8] * 4)
    assert choose_examples(examples, predictions.assign(split="validation"), 3, seed=1) == []


def test_a_copy_stands_beside_the_image_that_it_was_made_from():
    examples, predictions = _set(["nevus"] * 3, ["nevus"] * 3, [0.8] * 3)
    rows = examples.rows.assign(origin=["original", "original", "copy"], parent_id=[None, None, "image-1"])
    bright = np.array([0, 100, 200], dtype=np.uint8)[:, None, None, None] * np.ones((1, 32, 32, 3), dtype=np.uint8)
    shards = {("original", 0): bright, ("copy", 0): bright}
    chosen = choose_examples(ExampleSet(rows, shards), predictions.iloc[:0], 3, seed=1)
    (copy,) = chosen
    assert (copy.image_id, copy.kind) == ("image-2", "augmented")
    found, made = (np.asarray(Image.open(BytesIO(picture))).mean() for picture in (copy.source, copy.thumbnail))
    assert (round(found), round(made)) == (100, 200)
