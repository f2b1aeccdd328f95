"""Tables of predictions: what they hold, and that no spreadsheet runs a cell of them."""

import csv
import json

import numpy as np
import pytest

from melanoma.stages.prediction_table import RowMaker, repeated_id, write_csv, write_json_rows
from melanoma.training.predict import PROBABILITY


def test_a_row_has_each_probability_the_most_probable_class_and_the_decision_at_the_threshold():
    maker = RowMaker(["nevus", "melanoma"], threshold=0.25)
    row = maker.plain("a.jpg", np.array([0.75, 0.25]))
    assert row == {
        "image": "a.jpg",
        f"{PROBABILITY}nevus": 0.75,
        f"{PROBABILITY}melanoma": 0.25,
        "predicted": "nevus",
        "melanoma_probability": 0.25,
        "melanoma_decision": True,
    }
    assert maker.plain("a.jpg", np.array([0.76, 0.24]))["melanoma_decision"] is False
    assert "melanoma_decision" not in RowMaker(["nevus", "rash"]).plain("a.jpg", np.array([0.7, 0.3]))


def test_the_challenges_form_adds_up_what_its_columns_cover():
    maker = RowMaker(["melanoma", "pigmented benign keratosis", "seborrheic keratosis", "rash"])
    row = maker.challenge("set/ISIC_0000001.jpg", np.array([0.5, 0.25, 0.125, 0.125]))
    assert row == {
        "image": "ISIC_0000001",
        "MEL": 0.5,
        "NV": 0,
        "BCC": 0,
        "AK": 0,
        "BKL": 0.375,
        "DF": 0,
        "VASC": 0,
        "SCC": 0,
        "UNK": 0.125,
    }


def test_cells_that_a_spreadsheet_would_run_are_guarded_and_numbers_are_not(tmp_path):
    rows = [{"image": "=HYPERLINK(1).jpg", "probability:=x": 0.5, "@odd": "-2.5", "is": True}]
    write_csv(tmp_path / "p.csv", rows)
    with (tmp_path / "p.csv").open(newline="") as stream:
        header, cells = csv.reader(stream)
    assert header == ["image", "probability:=x", "'@odd", "is"]
    assert cells == ["'=HYPERLINK(1).jpg", "0.50000000", "-2.5", "true"]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_is_one_array_however_many_rows(tmp_path, count):
    rows = [{"image": f'"{n}"', "p": n / 2} for n in range(count)]
    write_json_rows(tmp_path / "p.json", iter(rows))
    assert json.loads((tmp_path / "p.json").read_text()) == rows


def test_two_images_of_one_id_are_noticed():
    assert repeated_id(["a/ISIC_0000001.jpg", "b/ISIC_0000001.png"]) == "ISIC_0000001"
    assert repeated_id(["a/1.jpg", "a/2.jpg"]) is None
