"""A model is exported with what its numbers mean, and not at all where its numbers change."""

import json

import numpy as np
import pandas as pd
import pytest

from melanoma.errors import ModelError, UsageError
from melanoma.fingerprint import digest_file
from melanoma.stages.export_model import ExportOrder, check_order, require_parity, sample_pictures
from melanoma.stages.found_model import find_model
from tests.tiny_model import SIZE_PX, make_run

pytestmark = pytest.mark.xdist_group("tensorflow")
CLASSES = ("melanoma", "nevus")


@pytest.fixture
def order(tmp_path):
    make_run(tmp_path, "20260101-000000-aaaaaaaa", CLASSES, pd.DataFrame({"split": []}))
    return ExportOrder(find_model("20260101", tmp_path), tmp_path / "small.tflite")


def test_the_file_and_its_record_stand_together(order):
    from melanoma.stages.export_model import export_model

    done = export_model(order)
    record = json.loads(order.record.read_text())
    assert record["file_sha256"] == digest_file(order.out)
    assert record["input"]["shape"] == [1, SIZE_PX, SIZE_PX, 3]
    assert record["model"]["classes"] == list(CLASSES)
    assert record["model"]["fit"] == "squash"
    assert record["model"]["melanoma_threshold"] == 0.25
    assert record["parity"]["largest_difference"] <= 1e-4
    assert done["out"] == str(order.out)
    assert not list(order.out.parent.glob(".*partial"))


def test_a_file_with_other_probabilities_is_refused_and_nothing_is_left(order, monkeypatch):
    from melanoma.models import litert
    from melanoma.stages.export_model import export_model

    monkeypatch.setattr(litert, "run_litert", lambda content, images: np.full((len(images), 2), 0.5))
    with pytest.raises(ModelError, match="probabilities differ from the model's by"):
        export_model(order)
    assert not order.out.exists()
    assert not order.record.exists()


@pytest.mark.parametrize("actual", [0.5 + 1.1e-4, np.nan])
def test_a_difference_above_a_ten_thousandth_or_no_number_is_refused(actual, tmp_path):
    expected = np.array([[0.5, 0.5]])
    assert require_parity(expected + 9e-5, expected, tmp_path) == pytest.approx(9e-5)
    with pytest.raises(ModelError, match="differ"):
        require_parity(np.array([[actual, 0.5]]), expected, tmp_path)


def test_the_compared_pictures_are_the_same_each_time_and_differ_among_themselves():
    first, second = sample_pictures(48), sample_pictures(48)
    np.testing.assert_array_equal(first, second)
    assert len({picture.tobytes() for picture in first}) == len(first)


@pytest.mark.parametrize(("name", "words"), [("m.onnx", "ends in .tflite"), ("nowhere/m.tflite", "make the folder")])
def test_a_file_that_cannot_be_written_is_refused_first(order, name, words):
    with pytest.raises(UsageError, match=words):
        check_order(ExportOrder(order.model, order.out.parent / name))
