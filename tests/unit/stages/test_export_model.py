"""A model is exported with what its numbers mean, and not at all where its numbers change."""

import json
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

from melanoma.errors import ModelError, UsageError
from melanoma.fingerprint import digest_file
from melanoma.stages.export_format import FORMATS
from melanoma.stages.export_model import ExportOrder, check_order, require_parity, sample_inputs, sample_pictures
from melanoma.stages.found_model import find_model
from tests.tiny_model import SIZE_PX, make_run

pytestmark = pytest.mark.xdist_group("tensorflow")
CLASSES = ("melanoma", "nevus")


needs_onnx = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("onnx", "tf2onnx", "onnxruntime")),
    reason="the extra `onnx` is not installed: no ONNX file can be written here",
)
FORMS = [pytest.param("litert", id="litert"), pytest.param("onnx", marks=needs_onnx, id="onnx")]
SUFFIXES = {form.name: form.suffix for form in FORMATS}


@pytest.fixture
def order(tmp_path):
    make_run(tmp_path, "20260101-000000-aaaaaaaa", CLASSES, pd.DataFrame({"split": []}))
    return ExportOrder(find_model("20260101", tmp_path), tmp_path / "small.tflite")


@pytest.mark.parametrize(("form", "images"), [("litert", 1), pytest.param("onnx", "n", marks=needs_onnx)])
def test_the_file_and_its_record_stand_together(order, form, images):
    from melanoma.stages.export_model import export_model

    order = replace(order, out=order.out.with_suffix(SUFFIXES[form]))
    done = export_model(order)
    record = json.loads(order.record.read_text())
    assert record["format"] == form
    assert record["file_sha256"] == digest_file(order.out)
    (image,) = record["inputs"]
    assert (image["name"], image["shape"]) == ("image", [images, SIZE_PX, SIZE_PX, 3])
    assert record["output"]["shape"] == [images, 2]
    assert record["model"]["classes"] == list(CLASSES)
    assert record["model"]["fit"] == "squash"
    assert record["model"]["melanoma_threshold"] == 0.25
    assert record["parity"]["largest_difference"] <= 1e-4
    assert done["out"] == str(order.out)
    assert not list(order.out.parent.glob(".*partial"))


@pytest.mark.parametrize("form", FORMS)
def test_a_model_that_takes_metadata_is_exported_with_the_names_of_its_columns(form, tmp_path):
    from melanoma.stages.export_model import export_model

    make_run(tmp_path, "20260102-000000-bbbbbbbb", CLASSES, pd.DataFrame({"split": []}), metadata=("age_approx", "sex"))
    out = tmp_path / f"told{SUFFIXES[form]}"
    record = export_model(ExportOrder(find_model("20260102", tmp_path), out, form))
    assert [given["name"] for given in record["inputs"]] == ["image", "metadata"]
    assert record["inputs"][1]["columns"] == [
        "age_approx=years/100",
        "age_approx=known",
        "sex=female",
        "sex=male",
        "sex=unknown",
    ]
    assert record["inputs"][1]["shape"][1] == 5
    assert record["parity"]["largest_difference"] <= 1e-4


def test_what_is_compared_differs_in_every_column_of_the_metadata(tmp_path):
    fields = ("age_approx", "sex", "anatom_site_general")
    make_run(tmp_path, "20260103-000000-cccccccc", CLASSES, pd.DataFrame({"split": []}), metadata=fields)
    shown = sample_inputs(find_model("20260103", tmp_path).info)
    assert set(shown) == {"image", "metadata"}
    assert len(shown["image"]) == len(shown["metadata"])
    assert (np.ptp(shown["metadata"][:, :5], axis=0) > 0).all()


@pytest.mark.parametrize("form", FORMS)
def test_a_file_with_other_probabilities_is_refused_and_nothing_is_left(order, form, monkeypatch):
    from melanoma.stages.export_model import export_model

    (known,) = (one for one in FORMATS if one.name == form)
    monkeypatch.setattr(known.load(), "run", lambda content, inputs: np.full((len(inputs), 2), 0.5))
    order = replace(order, out=order.out.with_suffix(known.suffix))
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


@pytest.mark.parametrize(
    ("name", "form", "words"),
    [
        ("m.pb", None, r"must end in \.tflite \(litert\) or \.onnx \(onnx\); give such a name"),
        ("m.onnx", "litert", r"must end in \.tflite \(litert\); give such a name"),
        ("m.tflite", "onnx", r"must end in \.onnx \(onnx\); give such a name"),
        ("nowhere/m.tflite", None, "make the folder"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_first(order, name, form, words):
    with pytest.raises(UsageError, match=words):
        check_order(ExportOrder(order.model, order.out.parent / name, form))


def test_a_form_whose_packages_are_not_there_names_the_extra(order, monkeypatch):
    from melanoma.stages import export_format

    monkeypatch.setattr(export_format, "find_spec", lambda name: None if name == "tf2onnx" else object())
    with pytest.raises(UsageError, match=r"m\.onnx: tf2onnx is not installed; install melanoma\[onnx\]"):
        check_order(ExportOrder(order.model, order.out.parent / "m.onnx"))
