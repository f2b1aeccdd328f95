"""What the table of predictions holds of each row."""

import numpy as np
import pandas as pd

from melanoma.data.examples import ExampleSet
from melanoma.training.model_info import ModelInfo
from melanoma.training.predict import predict

INFO = ModelInfo(classes=["melanoma", "nevus"], size_px=2, fit="squash", network="cnn_dropout", method="scratch")
PIXELS = {("original", 0): np.zeros((2, 2, 2, 3), dtype=np.uint8)}
ROWS = pd.DataFrame(
    {
        "image_id": ["a", "b"],
        **dict.fromkeys(("isic_id", "parent_id", "group_id", "diagnosis")),
        "split": "test",
        "origin": "original",
        "shard": 0,
        "row": [0, 1],
        "age_approx": 50.0,
        "sex": "male",
        "anatom_site_general": "torso",
    }
)


def forward(images):
    return np.zeros((len(images), 2), dtype=np.float32)


def test_what_subgroups_are_formed_of_goes_with_each_row():
    known = {"fitzpatrick_skin_type": ["I", "VI"], "source": ["ham", "isic"], "attribution": ["a clinic", "another"]}
    table = predict(forward, ExampleSet(ROWS.assign(**known), PIXELS), INFO)
    assert {name: table[name].tolist() for name in known} == known
    assert {"age_approx", "sex", "anatom_site_general"} < set(table.columns)


def test_rows_of_an_earlier_manifest_that_does_not_know_them_are_predicted_too():
    table = predict(forward, ExampleSet(ROWS, PIXELS), INFO)
    assert not {"fitzpatrick_skin_type", "source", "attribution"} & set(table.columns)
    assert table["probability:nevus"].tolist() == [0.5, 0.5]
